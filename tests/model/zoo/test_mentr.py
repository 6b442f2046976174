import numpy as np
import pytest
import torch
from tests.model.zoo.small import small_section

from senformer.core.errors import ConfigError
from senformer.model import create_model
from senformer.model.blocks.exp_basis import bin_distances


def test_mentr__published_size():
    with torch.device("meta"):
        model = create_model("mentr")
        embedding = model.embed(torch.zeros(1, 201_800, dtype=torch.uint8, device="meta"))
    assert sum(tensor.numel() for tensor in model.bank.state_dict().values()) == 149_536_251
    assert embedding.shape == (1, 1, 10_010)
    distances = bin_distances(model.bank.n_bins(model.window_bp), 200)
    assert (len(distances), distances[0], distances[-1]) == (1000, -99_900, 99_900)
    assert model.config.heads == {"samples": 347}


def test_mentr__one_weight_a_rate_for_both_sides():
    model = create_model("mentr", **small_section("mentr", crop_bins=0))
    steps = np.abs(np.arange(5) - 2)
    expected = np.exp(-np.array([0.01, 0.02, 0.05, 0.1, 0.2])[:, None] * steps)
    np.testing.assert_allclose(model.layers[1].weights.numpy(), expected)


def test_mentr__the_other_strand_reads_the_same():
    torch.manual_seed(0)
    model = create_model("mentr", **small_section("mentr", crop_bins=0)).eval()
    codes = torch.randint(0, 4, (2, 120), dtype=torch.uint8)
    torch.testing.assert_close(model.embed(codes), model.embed((3 - codes).flip(1)))


def test_mentr__probabilities_alone():
    with pytest.raises(ConfigError, match="activation"):
        create_model("mentr", activation="linear")
