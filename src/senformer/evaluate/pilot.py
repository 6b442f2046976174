"""Cells for ranks, from some windows that are predicted before all of them are counted."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int

from senformer.core.commit import commit_file
from senformer.evaluate.examples import spread_rows
from senformer.evaluate.grid import Grid, make_grid

# So many values a track tell its quantiles well enough for cells of about equal shares, from many places; of
# 5,313 tracks they are half a gigabyte.
_VALUES = 12_500
_WINDOWS = 50
# A label's scores may be in finer cells than pairs of values: their number is not squared.
LABEL_CELLS = 4096
# Scores of labels are kept one by one up to so many bytes.
EXACT_LABEL_BYTES = 2**30
_SCORE_BYTES = 24

Pairs = Iterable[tuple[Float32[np.ndarray, "bin track"], Float32[np.ndarray, "bin track"]]]


def has_many_scores(n_values: int, n_labels: int) -> bool:
    """Say whether the scores of labels are too many to be kept one by one."""
    return n_values * n_labels * _SCORE_BYTES > EXACT_LABEL_BYTES


def pilot_rows(n_windows: int, n_bins: int) -> Int[np.ndarray, " row"]:
    """Return the windows to look at, evenly spread."""
    return spread_rows(n_windows, max(_WINDOWS, -(-_VALUES // n_bins)))


def make_grids(
    predict: Callable[[Int[np.ndarray, " row"]], Pairs],
    rows: Int[np.ndarray, " row"],
    n_cells: int | None,
    label_tracks: tuple[int, ...],
) -> dict[str, np.ndarray]:
    """Return the edges of cells as arrays: ``prediction`` and ``target`` of all tracks, ``labels`` of labels.

    Parameters
    ----------
    predict
        From window numbers to prediction and target of each.
    rows
        :func:`pilot_rows`.
    n_cells
        Cells of each side of a pair; None for none.
    label_tracks
        Tracks whose scores are counted in cells; none for none.
    """
    pairs = [_thinned(pair, len(rows)) for pair in predict(rows)]
    prediction, target = (np.concatenate(side) for side in zip(*pairs, strict=True))
    del pairs
    arrays: dict[str, np.ndarray] = {}
    if n_cells is not None:
        grid = make_grid(prediction, target, n_cells)
        arrays |= {"prediction": grid.prediction, "target": grid.target}
    if label_tracks:
        at = np.array(label_tracks)
        arrays["labels"] = make_grid(prediction[:, at], target[:, at], LABEL_CELLS).prediction
    return arrays


def _thinned(
    pair: tuple[Float32[np.ndarray, "bin track"], Float32[np.ndarray, "bin track"]], n_windows: int
) -> tuple[Float32[np.ndarray, "some track"], Float32[np.ndarray, "some track"]]:
    """Return every so many bins of a window, so that all windows together give enough values and no more."""
    step = max(1, n_windows * len(pair[0]) // _VALUES)
    prediction, target = pair
    return prediction[::step].copy(), target[::step].copy()


def write_grids(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write :func:`make_grids` as npz."""
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))


def read_grids(path: Path) -> tuple[Grid | None, Float32[np.ndarray, "label edge"] | None]:
    """Read the cells of pairs and those of labels; None where there are none."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    grid = Grid(arrays["prediction"], arrays["target"]) if "prediction" in arrays else None
    return grid, arrays.get("labels")
