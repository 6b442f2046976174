import numpy as np
import pytest
from tests.model.toy import small_model
from tests.predict.toy import HEAD, TRACKS, ToyModel

from senformer.core.errors import ConfigError, DataError
from senformer.predict.strands import card_permutation, card_tracks, common_strands


def test_card_permutation__partners_change_places():
    np.testing.assert_array_equal(card_permutation(ToyModel(), HEAD), [2, 1, 0])


def test_card_permutation__without_tracks_every_column_stays():
    model = ToyModel()
    model.card.heads = {}
    np.testing.assert_array_equal(card_permutation(model, HEAD), [0, 1, 2])


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ((1, 0), "lists 2 tracks, the model has 3"),
        ((1, 2, 0), "'plus' has strand_pair 1, which does not point back"),
        ((0, 1, 7), "'minus' has strand_pair 7, which does not point back"),
    ],
)
def test_card_permutation__a_card_that_contradicts_itself(pairs, text):
    model = ToyModel()
    tracks = [{**track, "strand_pair": pair} for track, pair in zip(TRACKS, pairs, strict=False)]
    model.card.heads = {HEAD: tracks}
    with pytest.raises(DataError, match=text):
        card_permutation(model, HEAD)


def test_card_tracks__a_list_of_its_own():
    tracks = card_tracks(ToyModel(), HEAD)
    tracks.clear()
    assert card_tracks(ToyModel(), HEAD) == TRACKS


def test_common_strands__of_the_cards_unless_asked(tmp_path):
    runs = [tmp_path / "one", tmp_path / "two"]
    for run, strands in zip(runs, ("both", "forward"), strict=True):
        model = small_model(heads={"toy": 3})
        model.card.strands = strands
        model.save(run)
    assert common_strands(runs[:1], None) == "both"
    assert common_strands(runs[1:], None) == "forward"
    assert common_strands(runs, "forward") == "forward"
    with pytest.raises(ConfigError, match="two: is predicted on the forward strand by default") as caught:
        common_strands(runs, None)
    assert caught.value.code == "E777"
