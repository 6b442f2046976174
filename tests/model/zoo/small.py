"""Small sizes of every model without a transformer: overrides that leave its order of layers as it is."""

from typing import Any

from senformer.model.zoo import MODELS

WINDOW_BP = 120

_TRACKS: dict[str, Any] = {"channels": [8, 6], "widths": [5, 3], "pools": [2, 2], "dilated_channels": 5}
# Reads 40 bp around each bin of 20 bp.
_BANK: dict[str, Any] = {
    "window_bp": 40,
    "crop_bins": 0,
    "heads": {"human": 6},
    "channels": [5, 4],
    "width": 4,
    "pool": 2,
    "dense": 7,
}
# A name, or a name and a variant behind a colon.
SMALL: dict[str, dict[str, Any]] = {
    "basenji": {**_TRACKS, "dilations": [1, 2]},
    "basenji2": {**_TRACKS, "dilations": [1, 2], "final_channels": 9},
    "bpnet": {"channels": 6, "width": 7, "dilations": [2, 4], "control_tracks": 0, "strands": 1},
    "agentbind": {"channels": [6], "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "agentbind:deepsea": {"channels": [8, 9, 12], "width": 4, "pool": 3, "dense": 16},
    "basset": {"channels": [6, 5, 4], "widths": [9, 5, 3], "dense": [8, 7]},
    "beluga": {"channels": [6, 5, 4], "width": 3, "pool": 3, "dense": 7},
    "biren": {"bank": _BANK, "step_bp": 20, "conservation": 0, "hidden": 4},
    "chromtransfer": {"channels": [6, 4, 5], "widths": [5, 4, 3, 3, 2], "head_dense": [8, 7]},
    "danq": {"channels": 6, "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "danq_jaspar": {"channels": 6, "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "deepbind": {"channels": 5, "motif_bp": 9},
    "deepbind:rnacompete": {"channels": 5, "motif_bp": 9, "hidden": 6, "stretch_bp": 13},
    "deeper_deepsea": {"channels": [6, 5, 4], "width": 3, "pool": 3},
    "deepfun": {"channels": [6, 5, 4], "widths": [9, 5, 3], "dense": [8, 7]},
    "deepgrn": {"signals": 0, "meta": 0, "channels": 6, "width": 9, "hidden": 4, "dense": 7},
    "deepgrn:egr1_pair": {"signals": 0, "meta": 0, "channels": 6, "width": 9, "hidden": 4, "dense": 7},
    "deepgrn:egr1_single": {"signals": 0, "meta": 0, "channels": 6, "width": 9, "hidden": 4, "dense": 7},
    "deepsea": {"channels": [6, 5, 4], "width": 4, "pool": 3, "dense": 7},
    "deepstarr": {"channels": [6, 5, 5, 4], "dense": [8, 7]},
    "expecto": {"bank": {"name": "deepsea", "sizes": _BANK}, "step_bp": 20},
    "mentr": {"bank": {"name": "deepsea", "sizes": _BANK}, "step_bp": 20},
    "mpra_dragonn": {"channels": [6, 5, 4], "widths": [5, 4, 3], "pools": [1, 3, 1], "dense": [7]},
    "xpresso": {"channels": [6, 5], "pools": [4, 3], "halflife": 3, "dense": [8, 7]},
    "define_cnn": {"channels": 6, "width": 7, "dense": 8},
    "demo_dashboard": {"channels": [6], "widths": [5], "hidden": 4},
    "demo_dashboard:cnn": {"channels": [6, 5, 4], "widths": [9, 5, 3]},
    "demo_dashboard:rnn": {"hidden": 4},
    "speid": {"promoter_bp": 80, "channels": 6, "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "tbinet": {"channels": 6, "width": 9, "pool": 5, "hidden": 4, "dense": 7},
    "vaishnav_cnn": {"channels": 5, "width": 6, "dense": [8, 7]},
    "vaishnav_transformer": {
        "motif_channels": 5,
        "channels": 6,
        "width": 4,
        "n_attention": 1,
        "n_heads": 3,
        "dense": [8, 7],
    },
    "zrimec2020": {"channels": [6, 5], "width": 4, "codons": 2, "stability": 1, "dense": [8, 7]},
}


# Those that read two sequences, of which a genome tells one.
OF_PAIRS = ("speid",)


def small_section(name: str, **changes: Any) -> dict[str, Any]:
    """Return overrides of a small model of 120 bp and three outputs; of one bin that has 40 bp."""
    sizes = {"window_bp": WINDOW_BP, "crop_bins": 1, "heads": {"cells": 3}, **SMALL[name], **changes}
    model, _, variant = name.partition(":")
    return {**(MODELS[model].variants[variant] if variant else {}), **sizes}
