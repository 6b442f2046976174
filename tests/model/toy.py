"""Small models for the tests of this layer."""

import json
from pathlib import Path
from typing import Any

import torch

from senformer.model import create_model
from senformer.model.network import Enformer

SIZES: dict[str, Any] = {
    "channels": 32,
    "channel_divisor": 8,
    "n_layers": 2,
    "n_heads": 4,
    "key_size": 3,
    "n_conv_blocks": 2,
    "window_bp": 8 * 40,
    "crop_bins": 3,
    "heads": {"human": 5, "mouse": 2},
}


def small_model(name: str = "senformer", **overrides: Any) -> Enformer:
    """Return a small model in evaluation mode whose sparse layers matter: every parameter is random."""
    torch.manual_seed(0)
    if name == "senformer":
        overrides = {"attention": {"block_bins": 4}} | overrides
    model = create_model(name, **SIZES | overrides).eval()
    with torch.no_grad():
        for key, value in model.state_dict().items():
            noise = torch.randn(value.shape)
            value.copy_(noise.exp() if key.endswith("var") else value + 0.1 * noise)
    return model


def random_codes(batch: int, n_bases: int) -> torch.Tensor:
    """Return codes, N among them."""
    generator = torch.Generator().manual_seed(n_bases)
    return torch.randint(0, 5, (batch, n_bases), generator=generator, dtype=torch.uint8)


def make_older(folder: Path) -> Path:
    """Make a saved model one of release 0.1.0, of which nothing but the weights is proven."""
    (folder / "SHA256SUMS").unlink()
    card = json.loads((folder / "card.json").read_text())
    del card["has_sums"]
    (folder / "card.json").write_text(json.dumps(card))
    return folder
