import pytest
import torch
from tests.workflow.measure.toy import SIZES
from torch.utils.flop_counter import FlopCounterMode

from senformer.model import create_model
from senformer.model.create import model_config
from senformer.workflow.plan.flops import attention_flops, forward_flops, met_pairs

PUBLISHED = {
    "stem": 482.0,
    "tower": 2066.8,
    "projections": 11 * (2.42 + 2.42 + 7.25 + 7.25 + 0.60),
    "attention": 11 * (2.42 + 4.83 + 7.25),
    "feed_forward": 11 * 2 * 14.50,
    "pointwise": 8.456,
    "heads": 29.25 + 9.05,
}


def test_forward_flops__the_published_model_part_by_part():
    found = forward_flops(model_config("enformer", {}), 1536, 1536**2)
    for part, gigas in PUBLISHED.items():
        assert found[part] / 1e9 == pytest.approx(gigas, rel=2e-3), part
    assert sum(found.values()) / 1e9 == pytest.approx(3293, abs=1)


@pytest.mark.parametrize(("bp", "layers", "quadratic"), [(393_216, 1714, 638), (1_572_864, 14_510, 10_205)])
def test_forward_flops__longer_windows(bp, layers, quadratic):
    n_bins = bp // 128
    found = forward_flops(model_config("enformer", {"window_bp": bp}), n_bins, n_bins**2)
    whole = found["projections"] + found["attention"] + found["feed_forward"]
    assert whole / 1e9 == pytest.approx(layers, rel=1e-3)
    assert found["attention"] / 1e9 == pytest.approx(quadratic, rel=1e-3)


def counted(model, codes):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(codes)
    return counter.get_total_flops()


def executed(config, n_bins, pairs):
    """Return the operations as they are done: the pool multiplies half of what is published."""
    without = config.model_copy(update={"pooling": "max"})
    whole, bare = (sum(forward_flops(some, n_bins, pairs).values()) for some in (config, without))
    return (whole + bare) // 2


@pytest.mark.parametrize("pooling", ["attention", "max"])
def test_forward_flops__what_torch_counts_in_our_model(pooling):
    sizes = {
        **SIZES,
        "n_layers": 0,
        "window_bp": 8 * 40,
        "pooling": pooling,
        "heads": {"human": 5, "mouse": 2},
    }
    model = create_model("senformer", **sizes).eval()
    codes = torch.randint(0, 4, (1, 8 * 40), dtype=torch.uint8)
    assert counted(model, codes) == executed(model.config, 40, 0)


def test_forward_flops__the_layers_that_torch_counts():
    n_bins = 64
    sizes = {**SIZES, "window_bp": 8 * n_bins, "attention": {"kind": "dense"}}
    model = create_model("enformer", **sizes).eval()
    codes = torch.randint(0, 4, (1, 8 * n_bins), dtype=torch.uint8)
    found = executed(model.config, n_bins, met_pairs(model.transformer[0].attention, n_bins))
    # Tiles of rows project a few more relative keys than two a pair of bins.
    assert counted(model, codes) == pytest.approx(found, rel=0.02)


def test_forward_flops__one_head_of_two():
    config = model_config("enformer", {})
    both, one = (sum(forward_flops(config, 1536, 1536**2, heads).values()) for heads in (None, ["human"]))
    assert (both - one) / 1e9 == pytest.approx(9.0, abs=0.1)


def test_met_pairs__published_density_of_2022_and_short_last_blocks():
    model = create_model("senformer", attention={"kind": "bigbird_2022"}, n_layers=1, channels=96,
                         channel_divisor=16, key_size=4, heads={"human": 1})  # fmt: skip
    assert met_pairs(model.transformer[0].attention, 1536) / 1536**2 == pytest.approx(0.385, abs=5e-4)
    dense = create_model("enformer", **{**SIZES, "window_bp": 8 * 41, "attention": {"kind": "dense"}})
    assert met_pairs(dense.transformer[0].attention, 41) == 41**2
    sparse = create_model(
        "senformer", **{**SIZES, "window_bp": 8 * 9, "crop_bins": 1, "n_position_features": 6}
    )
    assert met_pairs(sparse.transformer[0].attention, 9) == 81


def test_attention_flops__linear_attention_is_linear():
    config = model_config("senformer", {"attention": {"kind": "linear"}})
    assert attention_flops(config, 3072, 3072**2) == 2 * attention_flops(config, 1536, 1536**2)
