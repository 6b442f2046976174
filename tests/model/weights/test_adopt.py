import pytest
import torch
from tests.model.toy import SIZES, random_codes, small_model

from senformer.core.errors import ConfigError, DataError
from senformer.model.weights.adopt import adopt
from senformer.model.weights.foreign import Foreign

WITHOUT_WINDOW = {key: value for key, value in SIZES.items() if key not in ("window_bp", "crop_bins")}


def foreign(**changes) -> Foreign:
    model = small_model("enformer")
    fields = {"overrides": WITHOUT_WINDOW, "tensors": model.state_dict(), "provenance": {"format": "x"}}
    return Foreign(model="enformer", **fields | changes)


def test_adopt__model_and_card():
    source = foreign(card={"licence": "Apache-2.0"})
    model = adopt(source, "x")
    assert (model.name, model.training) == ("enformer", False)
    assert (model.card.licence, model.card.source["format"]) == ("Apache-2.0", "x")
    assert "senformer" in model.card.source["converted_by"]
    # Nothing is copied: the tensors are the source's own.
    assert model.stem.conv.weight.data_ptr() == source.tensors["stem.conv.weight"].data_ptr()


def test_adopt__dense_weights_are_a_sparse_models_unchanged():
    model = adopt(foreign(overrides=SIZES), "x", model="senformer")
    assert (model.name, model.config.attention.kind) == ("senformer", "bigbird")
    dense, codes = small_model("enformer"), random_codes(2, 8 * 40)
    assert model.state_dict().keys() == dense.state_dict().keys()
    with torch.no_grad():
        # 40 bins are one block of 64: its pattern is dense.
        torch.testing.assert_close(model(codes)["human"], dense(codes)["human"], atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("basis_bp", "kept", "crop"),
    [(320, 34, 3), (320, 33, 4), (640, 34, 23), (None, 896, 11_840), (320, 40, 0)],
)
def test_adopt__crop_of_a_source_that_keeps_a_number_of_bins(basis_bp, kept, crop):
    model = adopt(foreign(kept_bins=kept), "x", basis_bp=basis_bp)
    assert model.crop_bins == crop
    assert model.config.position_bins == (basis_bp or 196_608) // 8


def test_adopt__window_that_does_not_fit():
    with pytest.raises(ConfigError) as caught:
        adopt(foreign(kept_bins=41), "x", basis_bp=320)
    assert caught.value.line == (
        "error[E541]: --basis-bp: 320 bp are 40 bins, the source keeps 41. "
        "Give the window that the weights were made for."
    )
    with pytest.raises(ConfigError, match="321 is no multiple of the bin of 8 bp"):
        adopt(foreign(kept_bins=34), "x", basis_bp=321)
    with pytest.raises(ConfigError, match="the source says itself that its weights were made for 320 bp"):
        adopt(foreign(overrides=SIZES), "x", basis_bp=640)


def test_adopt__strand_pairs_of_the_source():
    pairs = {"human": [1, 0, 2, 4, 3]}
    model = adopt(foreign(provenance={"format": "x", "strand_pair": pairs}), "x")
    assert [track["strand_pair"] for track in model.card.heads["human"]] == pairs["human"]
    assert "strand_pair" not in model.card.source


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([1, 0], "has 2 strand pairs for the 5 tracks of head 'human'"),
        ({"a": 1}, "has strand pairs {'a': 1} for the 5 tracks of head 'human'"),
        ([1, 0, 2, 4, 99], "pairs track 4 of head 'human' with 99, not one of 0 to 4"),
        ([1, 0, 2, 4, -1], "pairs track 4 of head 'human' with -1, not one of 0 to 4"),
        ([1, 0, 2, 4, 3.0], "pairs track 4 of head 'human' with 3.0, not one of 0 to 4"),
        ([1, 2, 2, 4, 3], "pairs track 0 of head 'human' with 1, and that with 2"),
    ],
)
def test_adopt__strand_pairs_that_are_none(pairs, found):
    with pytest.raises(DataError) as caught:
        adopt(foreign(provenance={"format": "x", "strand_pair": {"human": pairs}}), "x")
    todo = "Give a file in which every track names its partner, or itself."
    assert caught.value.line == f"error[E532]: x: {found}. {todo}"


def test_adopt__tensors_of_another_shape_say_what_to_do():
    tensors = foreign().tensors | {"stem.conv.bias": torch.ones(99)}
    with pytest.raises(DataError, match=r"Give files that are all one model's\.") as caught:
        adopt(foreign(tensors=tensors), "x")
    assert caught.value.code == "E505"


def test_adopt__unknown_or_unfit_model():
    with pytest.raises(ConfigError, match=r"no model is called 'enformr'\. Did you mean 'enformer'"):
        adopt(foreign(), "x", model="enformr")
    with pytest.raises(ConfigError) as caught:
        adopt(foreign(), "x", model="baskerville")
    assert caught.value.line == (
        "error[E538]: model 'baskerville': has other tensors than enformer, whose weights these are. "
        "Leave --model out."
    )
    tensors = {key: value for key, value in foreign().tensors.items() if key != "stem.conv.bias"}
    with pytest.raises(DataError, match=r"x: tensor 'stem\.conv\.bias' is missing"):
        adopt(foreign(tensors=tensors), "x")
