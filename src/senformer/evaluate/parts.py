"""Finished parts of an evaluation: the sums over some windows and the examples among them.

Sums are a few numbers a track and add up, so that a killed evaluation of many hours goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from senformer.core.commit import commit_file
from senformer.evaluate.examples import Example, example_arrays, examples_from_arrays
from senformer.evaluate.metrics import METRICS
from senformer.evaluate.sums import TrackSums
from senformer.tracks.scaling import Scaling


@dataclass(frozen=True)
class Part:
    """What is kept of some windows."""

    sums: TrackSums
    examples: list[Example]


def write_part(path: Path, part: Part) -> None:
    """Write a part as npz, without a pickle; every number is kept bit by bit."""
    arrays = example_arrays(part.examples) | {
        "raw": part.sums.raw.state,
        "log1p": part.sums.log1p.state,
        "below": part.sums.below,
        "n_bins": np.array(part.sums.n_bins),
        **({} if part.sums.ranks is None else {"ranks": part.sums.ranks.state}),
    }
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))


def read_part(path: Path, scalings: Sequence[Scaling], label_tracks: Sequence[int] = ()) -> Part:
    """Read a part of tracks scaled by ``scalings``, some of which are labels."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    sums = TrackSums(scalings, label_tracks)
    sums.raw = METRICS["pearson"].from_state(arrays["raw"])
    sums.log1p = METRICS["pearson"].from_state(arrays["log1p"])
    sums.below, sums.n_bins = arrays["below"], int(arrays["n_bins"])
    if "ranks" in arrays:
        sums.ranks = METRICS["auroc"].from_state(arrays["ranks"], len(scalings))
    return Part(sums, examples_from_arrays(arrays))


def merge_parts(parts: Sequence[Part]) -> Part:
    """Return the parts as one, in the order given (which decides the last bits)."""
    total = parts[0]
    for part in parts[1:]:
        total = Part(total.sums + part.sums, total.examples + part.examples)
    return total
