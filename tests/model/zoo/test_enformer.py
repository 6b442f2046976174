import pytest
import torch

from senformer.model import create_model

PARTS = {
    "stem.conv": 46_848,
    "stem.residual": 592_128,
    "stem.pool": 589_824,
    "stem": 1_228_800,
    "tower.0": 4_133_376,
    "tower.1": 5_051_392,
    "tower.2": 6_690_560,
    "tower.3": 8_559_104,
    "tower.4": 10_657_024,
    "tower.5": 14_557_696,
    "tower": 49_649_152,
    "transformer.0": 15_840_256,
    "transformer": 174_242_816,
    "pointwise": 4_724_736,
    "heads.human": 16_326_849,
    "heads.mouse": 5_048_939,
    "": 251_221_292,
}


@pytest.fixture(scope="module")
def published():
    with torch.device("meta"):
        return create_model("enformer")


@pytest.mark.parametrize("part", PARTS)
def test_enformer__parameters(published, part):
    module = published.get_submodule(part)
    assert sum(p.numel() for p in module.parameters()) == PARTS[part]


def test_enformer__tensors(published):
    assert len(list(published.parameters())) == 245
    # Fourteen norms with a mean and a variance each.
    assert len(list(published.buffers())) == 28
    assert published.card.parameters == PARTS[""]


def test_enformer__human_alone():
    with torch.device("meta"):
        model = create_model("enformer", heads={"human": 5313})
    assert model.card.parameters == 246_172_353


def test_enformer__published_window(published):
    assert (published.window_bp, published.bin_bp, published.crop_bins) == (196_608, 128, 320)
    codes = torch.empty(1, 196_608, dtype=torch.uint8, device="meta")
    assert published.eval()(codes, heads=["mouse"])["mouse"].shape == (1, 896, 1643)
