"""Small dumps of lines in the layout of ExPecto's."""

from pathlib import Path

import numpy as np

NAME = "reduced.all.pseudocount0.0001.lambda100.round100.basescore2.{}.dump"


def write_dump(folder: Path, tissue: str, bias: float, weights: np.ndarray, *, is_older: bool) -> Path:
    """Write the weights (basis, feature), with a column of zeros in front of each basis or without."""
    if is_older:
        weights = np.pad(weights, ((0, 0), (1, 0)))
    numbers = [f"{value:.9g}" for value in weights.ravel()]
    path = folder / NAME.format(tissue)
    path.write_text("\n".join(["booster[0]:", "bias:", f"{bias:.9g}", "weight:", *numbers]) + "\n")
    return path
