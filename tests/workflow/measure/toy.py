"""A benchmark small enough for a second."""

from typing import Any

from senformer.workflow.measure.case import Case, Settings

SIZES: dict[str, Any] = {
    "channels": 32,
    "channel_divisor": 8,
    "n_layers": 2,
    "n_heads": 4,
    "key_size": 3,
    "n_conv_blocks": 2,
    "crop_bins": 3,
    "heads": {"human": 5},
    "attention": {"kind": "bigbird", "block_bins": 4},
}

BASKERVILLE: dict[str, Any] = {
    "stem_channels": 8,
    "tower_channels": [12, 16],
    "n_layers": 2,
    "n_heads": 4,
    "key_size": 4,
    "n_upsamplings": 1,
    "final_channels": 20,
    "n_position_features": 4,
    "crop_bins": 3,
    "heads": {"human": 5},
}


def toy_settings(what: str, **changes: Any) -> Settings:
    """Return settings of a benchmark of a small model on windows of a few bins of 8 bp."""
    known: dict[str, Any] = {
        "what": what,
        "lengths": (8 * 20, 8 * 40),
        "kinds": ("dense", "bigbird"),
        "backends": ("tiles",),
        "device": "cpu",
        "precisions": ("fp32",),
        "repeats": 1,
        "threads": 1,
        "overrides": SIZES,
        "with_peer": False,
        "options": {"batch_norm": "frozen", "sequences": 1, "run": None, "variants": 3},
    }
    return Settings(**{**known, **changes})


def some_case(**changes: Any) -> Case:
    """Return a case that nothing is measured of."""
    known: dict[str, Any] = {
        "what": "forward",
        "kind": "dense",
        "backend": "torch",
        "device": "cpu",
        "dtype": "fp32",
        "length_bp": 1024,
    }
    return Case(**{**known, **changes})
