import torch

from senformer.model import create_model
from senformer.model.positions import POSITIONS

SMALL = {
    "channels": 16,
    "channel_divisor": 2,
    "n_conv_blocks": 1,
    "n_layers": 1,
    "n_heads": 2,
    "key_size": 4,
    "window_bp": 64,
    "crop_bins": 2,
    "heads": {"human": 3},
    "dropout": 0.0,
}


def test_position_features__zeros():
    features = POSITIONS["none"](torch.arange(-4, 5, dtype=torch.float64), 6, 5)
    assert features.shape == (9, 6)
    assert features.dtype == torch.float64
    assert not features.any()


def _mixed(positions: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what a layer gives for bins in order, and for the same bins in another order, put back."""
    torch.manual_seed(3)
    model = create_model("enformer", positions=positions, **SMALL).eval()
    attention = model.transformer[0].attention
    for parameter in attention.parameters():
        torch.nn.init.normal_(parameter)
    bins = torch.randn(2, 12, 16)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        table = model.positions(12)
        return attention(bins, table)[:, order], attention(bins[:, order], table)


def test_positions_none__attention_does_not_know_the_order():
    torch.testing.assert_close(*_mixed("none"), atol=1e-5, rtol=1e-5)


def test_positions_relative__attention_knows_the_order():
    in_order, shuffled = _mixed("relative")
    assert (in_order - shuffled).abs().max() > 0.1
