import pytest
from pydantic import ValidationError
from tests.model.toy import small_model

from senformer.model.card import ModelCard, trainings


def test_new_card__says_what_the_model_is():
    model = small_model()
    card = model.card
    assert (card.name, card.window_bp, card.bin_bp, card.crop_bins) == ("senformer", 320, 8, 3)
    assert card["parameters"] == sum(p.numel() for p in model.parameters())
    assert [len(tracks) for tracks in card.heads.values()] == [5, 2]
    assert card.heads["human"][4] == {
        "name": "human_4",
        "assay": "",
        "strand": ".",
        "strand_pair": 4,
        "description": "",
    }


def test_model_card__round_trip():
    card = small_model().card
    assert ModelCard.model_validate(card.model_dump(mode="json")) == card


def test_model_card__unknown_fact():
    card = small_model().card
    with pytest.raises(KeyError, match="windows"):
        card["windows"]
    with pytest.raises(ValidationError, match="bin_bp"):
        card.bin_bp = "wide"


def test_trainings__back_to_the_first():
    first = {"steps": 3}
    last = {"steps": 7, "source": {"training": first}}
    assert trainings(last) == [last, first]
    assert trainings(None) == [{}]
