import numpy as np
import pytest
import torch
from tests.model.toy import random_codes

from senformer.core.errors import DataError
from senformer.model import create_model, load_model


def small(**overrides):
    torch.manual_seed(0)
    sizes = {"window_bp": 40, "channels": [6, 5], "widths": [5, 3], "dense": [7]}
    return create_model("deepstarr", **{**sizes, "heads": {"a": 3, "b": 1}, **overrides}).eval()


def test_window_model__one_bin_of_every_head():
    model, codes = small(), random_codes(2, 40)
    found = model(codes)
    assert {head: values.shape for head, values in found.items()} == {"a": (2, 1, 3), "b": (2, 1, 1)}
    assert (model.window_bp, model.bin_bp, model.crop_bins) == (40, 40, 0)
    bases = torch.eye(5, 4)[codes.long()].transpose(1, 2)
    torch.testing.assert_close(model(bases)["a"], found["a"])


def test_window_model__probabilities_and_their_log_odds():
    model, codes = small(activation="sigmoid"), random_codes(2, 40)
    assert model.card.units == "probability of the label"
    logits = model(codes, heads=["a"], linear=True)["a"]
    torch.testing.assert_close(model(codes)["a"], torch.sigmoid(logits))


@pytest.mark.parametrize("n_bases", [39, 80])
def test_window_model__a_sequence_of_another_length(n_bases):
    with pytest.raises(DataError, match=f"has {n_bases} bp, the model reads windows of 40 bp"):
        small()(random_codes(1, n_bases))


def test_window_model__an_input_that_it_does_not_read():
    inputs = {"sequence": random_codes(1, 40), "global_bins": torch.zeros(1, 1)}
    with pytest.raises(DataError, match="no input is called 'global_bins'"):
        small()(inputs)


def test_window_model__proves_itself_where_it_is_loaded(tmp_path):
    model = small(crop_bins=2)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m", verify=True)
    assert loaded.card.golden["n_bins"] == 5
    codes = random_codes(1, 40)
    assert np.array_equal(loaded(codes)["a"].detach(), model(codes)["a"].detach())
