"""A few windows kept whole, measured beside predicted, for figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int

from senformer.core.commit import commit_file
from senformer.genome.interval import Interval


@dataclass(frozen=True)
class Example:
    """One window: the predicted stretch, and both sides of it in stored units (NaN where masked)."""

    place: Interval
    measured: Float32[np.ndarray, "bin track"]
    predicted: Float32[np.ndarray, "bin track"]


def spread_rows(n_rows: int, n_wanted: int) -> Int[np.ndarray, " row"]:
    """Return up to ``n_wanted`` row numbers, evenly spread from the first to the last of ``n_rows``.

    Examples
    --------
    >>> spread_rows(9, 3).tolist(), spread_rows(2, 8).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, n_wanted)).round().astype(int))


def example_arrays(examples: Sequence[Example]) -> dict[str, np.ndarray]:
    """Return examples as arrays; there may be none.

    Arrays: ``chrom``, ``start``, ``end`` (bp, of the predicted stretch; text is fixed-width unicode, so that
    no pickle is needed), ``measured`` and ``predicted`` (window, bin, track).
    """
    empty = np.empty((0, 0, 0), np.float32)
    return {
        "chrom": np.array([example.place.chrom for example in examples], dtype=np.str_),
        "start": np.array([example.place.start for example in examples], dtype=np.int64),
        "end": np.array([example.place.end for example in examples], dtype=np.int64),
        "measured": np.stack([example.measured for example in examples]) if examples else empty,
        "predicted": np.stack([example.predicted for example in examples]) if examples else empty,
    }


def examples_from_arrays(arrays: dict[str, np.ndarray]) -> list[Example]:
    """Return the examples that :func:`example_arrays` was given."""
    return [
        Example(Interval(str(chrom), int(start), int(end)), measured, predicted)
        for chrom, start, end, measured, predicted in zip(
            arrays["chrom"],
            arrays["start"],
            arrays["end"],
            arrays["measured"],
            arrays["predicted"],
            strict=True,
        )
    ]


def write_examples(path: Path, examples: Sequence[Example], names: list[str], bin_bp: int) -> None:
    """Write examples as npz: :func:`example_arrays`, and ``names`` (track), ``bin_bp``."""
    arrays = example_arrays(examples) | {"names": np.array(names, dtype=np.str_), "bin_bp": np.array(bin_bp)}
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))
