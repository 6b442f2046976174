"""Models with adapters that add something."""

import torch
from tests.oracles.low_rank import fill

from senformer.model import create_model
from senformer.model.adapters import AdaptersConfig, add_adapters
from senformer.model.parts import named_parts
from senformer.model.sequence_model import SequenceModel

ENFORMER = {"channels": 16, "channel_divisor": 8, "n_layers": 2, "key_size": 4, "n_heads": 2}
BASKERVILLE = {
    "stem_channels": 8,
    "stem_width": 5,
    "tower_channels": [8, 8, 16],
    "n_layers": 1,
    "n_heads": 2,
    "key_size": 4,
    "n_upsamplings": 1,
}
SIZES = {
    "enformer": ENFORMER,
    "senformer": {**ENFORMER, "attention": {"block_bins": 2}},
    "baskerville": BASKERVILLE,
}
BOTH = {
    "attention": {"rank": 2, "alpha": 3.0, "targets": ["query", "key", "value", "out"]},
    "convolution": {"rank": 3},
}


def tiny(name: str, seed: int = 1, dtype: torch.dtype = torch.float32) -> SequenceModel:
    """Return a model whose attention and norms are not at their neutral initial values."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = create_model(
            name, **SIZES[name], n_position_features=6, window_bp=2048, crop_bins=2, heads={"a": 3}
        )
    rest = [p for key, p in model.named_parameters() if key.endswith(("bias", "out.weight"))]
    fill(rest, seed)
    return model.to(dtype).eval()


def adapt(model: SequenceModel, config: dict = BOTH, seed: int = 5) -> None:
    add_adapters(model, AdaptersConfig(**config), seed)


def stir(model: SequenceModel) -> None:
    """Give the adapters values as if they had been trained."""
    fill([p for key, p in named_parts(model).items() if key.startswith("adapters.")], 9)


def codes(n_windows: int = 2, n_bases: int = 1024) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 5, (n_windows, n_bases), generator=generator, dtype=torch.uint8)
