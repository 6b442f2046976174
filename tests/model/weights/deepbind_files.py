"""Files in the layout of DeepBind's parameters, with random numbers."""

from pathlib import Path

import numpy as np

CASES = {
    "plain": {"reverse_complement": 1, "has_avg_pooling": 0, "num_hidden": 0},
    "hidden": {"reverse_complement": 1, "has_avg_pooling": 1, "num_hidden": 5},
    "rna": {"reverse_complement": 0, "has_avg_pooling": 1, "num_hidden": 5},
}


def write(
    path: Path, sizes: dict[str, int], n_detectors: int = 3, motif_bp: int = 4
) -> dict[str, np.ndarray]:
    """Write a file in DeepBind's layout, its numbers random, and return them by key."""
    rng = np.random.default_rng(5)
    n_features, n_hidden = n_detectors * (1 + sizes["has_avg_pooling"]), sizes["num_hidden"]
    lengths = {
        "detectors": n_detectors * 4 * motif_bp,
        "thresholds": n_detectors,
        "weights1": n_features * max(n_hidden, 1),
        "biases1": max(n_hidden, 1),
        "weights2": n_hidden,
        "biases2": 1 if n_hidden else 0,
    }
    parts = {key: rng.normal(size=length).round(6) for key, length in lengths.items()}
    head = sizes | {"num_detectors": n_detectors, "detector_len": motif_bp}
    lines = ["# deepbind 0.1", *(f"{key} = {value}" for key, value in head.items())]
    lines += [f"{key} = {','.join(f'{x:.9e}' for x in values)}" for key, values in parts.items()]
    path.write_text("\n".join(lines) + "\n")
    return parts
