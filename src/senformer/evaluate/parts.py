"""Finished parts of an evaluation: the sums over some windows and the examples among them.

Sums are a few numbers a track and add up, so that a killed evaluation of many hours goes on where it was,
and several processes share one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64

from senformer.core.commit import commit_file
from senformer.core.errors import DataError
from senformer.evaluate.drift import Drift
from senformer.evaluate.examples import Example, example_arrays, examples_from_arrays
from senformer.evaluate.extras import Extras
from senformer.evaluate.grid import Grid
from senformer.evaluate.metrics import METRICS
from senformer.evaluate.protocols import PROTOCOLS
from senformer.evaluate.sums import TrackSums
from senformer.tracks.scaling import Scaling
from senformer.tracks.track import Track

_EXTRA, _DRIFT = "extra.", "drift."


@dataclass(frozen=True)
class Measures:
    """What is counted of every window.

    Attributes
    ----------
    scalings
        How each track was scaled.
    label_tracks
        Tracks whose targets are labels.
    names
        Metrics of :data:`senformer.evaluate.extras.EXTRAS`.
    grid
        Cells that ranks are counted in; None where all values are kept.
    label_edges
        The same of the labels' scores.
    protocols
        Published protocols, of ``PROTOCOLS``.
    tracks
        All tracks, which those need.
    drift_bins
        Bins of a window where the targets are another model's predictions, so that drift is counted; else 0.
    """

    scalings: tuple[Scaling, ...]
    label_tracks: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    grid: Grid | None = None
    label_edges: Float32[np.ndarray, "label edge"] | None = None
    protocols: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()
    drift_bins: int = 0

    @property
    def cells_sha256(self) -> str:
        """SHA-256 of all cells; that of nothing where there are none."""
        digest = hashlib.sha256()
        sides = () if self.grid is None else (self.grid.prediction, self.grid.target)
        for edges in (*sides, *(() if self.label_edges is None else (self.label_edges,))):
            digest.update(np.ascontiguousarray(edges).tobytes())
        return digest.hexdigest()

    def sums(self) -> TrackSums:
        """Return empty sums."""
        return TrackSums(self.scalings, self.label_tracks, self.label_edges)

    def extras(self) -> Extras:
        """Return the other metrics, empty."""
        return Extras(len(self.scalings), self.names, self.grid)

    def published(self) -> dict[str, Any]:
        """Return the protocols by name, empty."""
        return {name: PROTOCOLS[name](self.tracks) for name in self.protocols}

    def drift(self) -> Drift | None:
        """Return the drift, empty; None where the targets were measured."""
        return Drift(len(self.scalings), self.drift_bins) if self.drift_bins else None


@dataclass(frozen=True)
class Part:
    """What is kept of some windows.

    Attributes
    ----------
    sums, extras
        Over all of them.
    blocks
        Moments of each block of windows, raw and log1p (``PearsonSums.state``).
    examples
        Windows kept whole.
    published
        Published protocols by name, over all windows.
    drift
        That from the model whose predictions are the targets.
    """

    sums: TrackSums
    extras: Extras
    blocks: Float64[np.ndarray, "block 2 moment track"]
    examples: list[Example]
    published: Mapping[str, Any] = field(default_factory=dict)
    drift: Drift | None = None


def block_moments(sums: TrackSums) -> Float64[np.ndarray, "2 moment track"]:
    """Return the moments of the sums over one block of windows."""
    return np.stack([sums.raw.state, sums.log1p.state])


def write_part(path: Path, part: Part, measures: Measures) -> None:
    """Write a part as npz, without a pickle; every number is kept bit by bit."""
    arrays = example_arrays(part.examples) | {
        "raw": part.sums.raw.state,
        "log1p": part.sums.log1p.state,
        "below": part.sums.below,
        "n_bins": np.array(part.sums.n_bins),
        "poisson": part.sums.poisson.state,
        "blocks": part.blocks,
        "cells_sha256": np.array(measures.cells_sha256),
        **({} if part.sums.ranks is None else {"ranks": part.sums.ranks.state}),
        **{_EXTRA + name: array for name, array in part.extras.arrays().items()},
        **{
            f"{name}.{key}": array
            for name, protocol in part.published.items()
            for key, array in protocol.state.items()
        },
        **({} if part.drift is None else {_DRIFT + key: array for key, array in part.drift.state.items()}),
    }
    commit_file(path, lambda temporary: np.savez_compressed(temporary, allow_pickle=False, **arrays))


def read_part(path: Path, measures: Measures) -> Part:
    """Read a part in which ``measures`` were counted.

    Raises
    ------
    DataError
        Its ranks were counted in other cells.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    if str(arrays["cells_sha256"]) != measures.cells_sha256:
        found = "was counted in other cells: the machines that share the work predict differently"
        raise DataError("E659", str(path), found, "Remove that share, or make all on machines of one kind.")
    sums = measures.sums()
    sums.raw = METRICS["pearson"].from_state(arrays["raw"])
    sums.log1p = METRICS["pearson"].from_state(arrays["log1p"])
    sums.poisson = METRICS["poisson_deviance"].from_state(arrays["poisson"])
    sums.below, sums.n_bins = arrays["below"], int(arrays["n_bins"])
    n_tracks = len(measures.scalings)
    if "ranks" in arrays:
        sums.ranks = METRICS["auroc"].from_state(arrays["ranks"], n_tracks)
    extras = Extras.from_arrays(_of_prefix(arrays, _EXTRA), n_tracks, measures.names, measures.grid)
    published = {
        name: PROTOCOLS[name].from_state(_of_prefix(arrays, f"{name}."), measures.tracks)
        for name in measures.protocols
    }
    drift = Drift.from_state(_of_prefix(arrays, _DRIFT)) if measures.drift_bins else None
    return Part(sums, extras, arrays["blocks"], examples_from_arrays(arrays), published, drift)


def _of_prefix(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}


def add_parts(one: Part, other: Part) -> Part:
    """Return two parts as one, in this order (which decides the last bits)."""
    return Part(
        one.sums + other.sums,
        one.extras + other.extras,
        np.concatenate([one.blocks, other.blocks]),
        one.examples + other.examples,
        {name: mine + other.published[name] for name, mine in one.published.items()},
        None if one.drift is None or other.drift is None else one.drift + other.drift,
    )


def merge_parts(files: Sequence[Path], measures: Measures) -> Part:
    """Read parts one after the other and return them as one; two at a time are in memory."""
    total = read_part(files[0], measures)
    for file in files[1:]:
        total = add_parts(total, read_part(file, measures))
    return total
