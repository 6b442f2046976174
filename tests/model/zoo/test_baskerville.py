import pytest
import torch

from senformer.model import create_model

TINY = {
    "stem_channels": 64,
    "stem_width": 7,
    "tower_channels": [80, 88, 96, 104, 120, 128],
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 32,
    "final_channels": 0,
    "window_bp": 131_072,
    "crop_bins": 1024,
    "heads": {"human": 74},
}


@pytest.fixture(scope="module")
def published():
    with torch.device("meta"):
        return create_model("baskerville")


def test_baskerville__window_of_borzoi(published):
    assert (published.window_bp, published.bin_bp, published.crop_bins) == (524_288, 32, 5120)
    codes = torch.empty(1, 128 * 32, dtype=torch.uint8, device="meta")
    assert published.eval().trunk(codes, crop_bins=4).shape == (1, 4 * 32 - 8, 1920)


def test_baskerville__parameters_of_borzoi(published):
    parts = {
        name: sum(p.numel() for p in published.get_submodule(name).parameters())
        for name in ("stem", "transformer.0", "upsampling.0", "upsampling.1", "final", "heads.human")
    }
    assert parts == {
        "stem": 4 * 15 * 512 + 512,
        # As Enformer's, but for 32 features of position instead of 192.
        "transformer.0": 15_840_256 - 160 * 512,
        "upsampling.0": 2 * (2 * 1536 + 1536 * 1536 + 1536) + 3 * 1536 + 1536 * 1536 + 1536,
        "upsampling.1": (2 * 1536 + 1536 * 1536 + 1536)
        + (2 * 1280 + 1280 * 1536 + 1536)
        + 3 * 1536
        + 1536 * 1536
        + 1536,
        "final": 2 * 1536 + 1536 * 1920 + 1920,
        "heads.human": 7611 * 1921,
    }
    assert published.card.parameters == 190_902_667


def test_baskerville__parameters_of_the_small_published_model():
    with torch.device("meta"):
        model = create_model("baskerville", **TINY)
    assert model.card.parameters == 640_882
    # Keras counts the running statistics of its batch normalizations too.
    assert model.card.parameters + sum(buffer.numel() for buffer in model.buffers()) == 642_994
