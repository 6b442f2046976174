"""Sizes and rates of published models whose layers no table lists, by keys of their configuration.

Their layers are held against published code or weights in tests of their own.
"""

from typing import Any

_ENFORMER: dict[str, Any] = {
    "channels": 1536,
    "n_layers": 11,
    "n_heads": 8,
    "key_size": 64,
    "value_size": 192,
    "n_conv_blocks": 6,
    "pooling": "attention",
    "dropout": 0.4,
    "attention_dropout": 0.05,
    "position_dropout": 0.01,
    "pointwise_dropout": 0.05,
    "window_bp": 196_608,
    "crop_bins": 320,
    "positions": "relative",
    "n_position_features": 192,
    "heads": {"human": 5313, "mouse": 1643},
    "activation": "softplus",
}
_BANKED: dict[str, Any] = {
    "bank": {"name": "beluga", "sizes": {}},
    "step_bp": 200,
    "rates": [0.01, 0.02, 0.05, 0.1, 0.2],
}

SIZES: dict[str, dict[str, Any]] = {
    "enformer": _ENFORMER | {"attention": {"kind": "dense", "learned_tokens": 0}},
    "senformer": _ENFORMER
    | {
        "attention": {
            "kind": "bigbird",
            "learned_tokens": 0,
            "block_bins": 64,
            "window_blocks": 3,
            "global_blocks": 2,
            "random_blocks": 3,
            "seed": 0,
        }
    },
    # Borzoi's.
    "baskerville": {
        "stem_channels": 512,
        "stem_width": 15,
        "tower_channels": [608, 736, 896, 1056, 1280, 1536],
        "n_layers": 8,
        "n_heads": 8,
        "key_size": 64,
        "value_size": 192,
        "dropout": 0.2,
        "attention_dropout": 0.05,
        "position_dropout": 0.01,
        "n_upsamplings": 2,
        "upsampling_width": 3,
        "final_channels": 1920,
        "final_dropout": 0.1,
        "window_bp": 524_288,
        "crop_bins": 5120,
        "positions": "central_mask",
        "n_position_features": 32,
        "heads": {"human": 7611, "mouse": 2608},
        "activation": "softplus",
    },
    # 200 bins around the start, and 500 on each side, with the 1,800 bp that Beluga reads beside them.
    "expecto": _BANKED
    | {"window_bp": 41_800, "sides": True, "heads": {"tissues": 218}, "activation": "linear"},
    "mentr": _BANKED
    | {"window_bp": 201_800, "sides": False, "heads": {"samples": 347}, "activation": "sigmoid"},
    "gkm_svm": {
        "word_bp": 11,
        "known_bp": 7,
        "max_mismatches": 3,
        "gamma": 1.0,
        "center_weight": 50,
        "center_half_bp": 50.0,
        "both_strands": True,
    },
    "gkm_svm:gkmsvm": {"word_bp": 10, "known_bp": 6, "max_mismatches": 3, "kernel": "gkm_esttrunc"},
    "gkm_svm:delta_svm": {"word_bp": 10, "known_bp": 6, "max_mismatches": 3, "readout": "words"},
    "gkm_svm:rbf": {"kernel": "gkmrbf", "gamma": 2.0},
    "gkm_svm:center": {"kernel": "wgkm"},
    "kmer_svm": {"word_bp": 6, "both_strands": True},
}
