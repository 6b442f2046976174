import pytest
import torch
from tests.model.toy import small_model

from senformer.core.errors import DataError
from senformer.model.golden import check_golden, golden_codes, golden_outputs, make_golden

CODES = [2, 0, 0, 2, 4, 2, 0, 2, 3, 3, 4, 4]


def test_golden_codes__fixed_for_ever():
    assert golden_codes(12)[0].tolist() == CODES


def test_golden_outputs__leaves_the_mode():
    model = small_model().train()
    outputs = golden_outputs(model)
    assert model.training
    # First and last bin of each head, at most four tracks.
    assert {head: torch.tensor(values).shape for head, values in outputs.items()} == {
        "human": (2, 4),
        "mouse": (2, 2),
    }


def test_check_golden__agrees_with_itself():
    model = small_model()
    model.card.golden = make_golden(model)
    check_golden(model, "m")


def test_check_golden__none_in_the_card():
    with pytest.raises(DataError, match="the card has no golden outputs"):
        check_golden(small_model(), "m")


def test_check_golden__not_a_number():
    model = small_model()
    model.card.golden = make_golden(model)
    with torch.no_grad():
        model.stem.conv.weight.fill_(torch.nan)
    with pytest.raises(DataError, match="golden outputs of head 'human' differ by nan"):
        check_golden(model, "m")


def test_check_golden__other_random_blocks():
    model = small_model()
    model.card.golden = make_golden(small_model(attention={"block_bins": 4, "seed": 9}))
    with pytest.raises(DataError) as caught:
        check_golden(model, "m")
    assert "E516" in caught.value.line
    assert "other attention blocks are drawn than when it was saved" in caught.value.line
