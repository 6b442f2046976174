"""The convolutional part of a model for sequences that differ from a known one: changed rows alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from torch.nn.utils import parametrize

from senformer.model.stem import one_hot
from senformer.model.tiling.spans import Source
from senformer.model.tiling.stage import Stage
from senformer.model.winograd import MIN_ROWS, transformed_once
from senformer.predict.delta.kept import joined_stages, keep_levels
from senformer.predict.delta.spans import Run, aligned, changed_runs, cone, joined, leveled

# Equal bases between two changes that are still taken as one: the stem alone reaches as far.
_GAP_BP = 16

# From an example and a run of rows of a stage's input to these rows.
Read = Callable[[int, int, int], Float[Tensor, "row channel"]]


@dataclass(frozen=True)
class Patch:
    """New rows of one example, from ``first`` on."""

    first: int
    rows: Float[Tensor, "row channel"]

    @property
    def run(self) -> Run:
        """The rows that it covers."""
        return self.first, self.first + len(self.rows)


@dataclass(frozen=True)
class _Job:
    """Output rows of one example, and what each part reads for them."""

    example: int
    run: Run
    sources: tuple[Source, ...]

    @property
    def shape(self) -> tuple:
        """What jobs that are computed together have in common."""
        return tuple((s.end - s.first, s.missing, s.surplus) for s in self.sources)


class KeptTower:
    """What the stages made of one sequence, and the way from there to others.

    Exact to rounding: a row is computed from the same rows as in the whole pass, those that did not change
    as they are kept.

    Attributes
    ----------
    codes
        The sequence.
    levels
        Outputs of the stages that are kept, (row, channel); the last are the bins.
    """

    def __init__(
        self, stages: Sequence[Stage], codes: UInt8[np.ndarray, " base"], like: Float[Tensor, "..."]
    ) -> None:
        self.codes = codes
        self._stages, self._like = joined_stages(stages), like
        # Weights with adapters are made once for all tiles.
        with parametrize.cached():
            on_device = torch.from_numpy(codes[None]).to(like.device)
            self.levels = keep_levels(stages, on_device, len(self._stages), like.dtype)

    @property
    def bins(self) -> Float[Tensor, "1 bin channel"]:
        """What the transformer reads of the sequence itself."""
        return self.levels[-1][None].to(self._like.dtype)

    def changed(
        self, others: UInt8[np.ndarray, "example base"]
    ) -> tuple[Float[Tensor, "example bin channel"], Bool[np.ndarray, "example bin"]]:
        """Return what the transformer reads of other sequences of the same length, and where that differs."""
        on_device = torch.from_numpy(others).to(self._like.device)
        runs = [changed_runs(self.codes, other, _GAP_BP) for other in others]

        def read_bases(example: int, first: int, end: int) -> Tensor:
            return one_hot(on_device[None, example, first:end], self._like.dtype)[0]

        read: Read = read_bases
        n_rows, patches = len(self.codes), []
        with parametrize.cached():
            for stage, level in zip(self._stages, self.levels, strict=True):
                # Few rows go the way that the many of the sequence itself went, so that rounding is alike;
                # the weights are those of one stage at a time.
                with transformed_once(1 if 2 * len(level) >= MIN_ROWS else MIN_ROWS):
                    patches = advance(stage, read, runs, n_rows)
                runs = [[patch.run for patch in own] for own in patches]
                read, n_rows = _reader(level, patches), len(level)
        bins = self.bins.repeat(len(others), 1, 1)
        is_changed = np.zeros(bins.shape[:2], dtype=bool)
        for example, own in enumerate(patches):
            for patch in own:
                bins[example, slice(*patch.run)] = patch.rows.to(bins.dtype)
                is_changed[example, slice(*patch.run)] = True
        return bins, is_changed


def advance(stage: Stage, read: Read, runs: Sequence[Sequence[Run]], n_rows: int) -> list[list[Patch]]:
    """Return the output rows of a stage that the changed rows of its input reach.

    Parameters
    ----------
    stage
        In evaluation.
    read
        Gives rows of an example's input.
    runs
        For each example the rows of its input that changed.
    n_rows
        Rows of the whole input.
    """
    n_out = n_rows // stage.ratio
    reached = [joined(aligned(cone(stage.parts, run, n_rows), n_out) for run in own) for own in runs]
    jobs = list(_jobs(stage, leveled(reached, n_out), n_rows))
    found: list[list[Patch]] = [[] for _ in runs]
    for group in _groups(jobs, stage):
        first = group[0].sources[0]
        x = torch.stack([read(job.example, job.sources[0].first, job.sources[0].end) for job in group])
        assert x.shape[1] == first.end - first.first
        for job, rows in zip(group, stage(x, group[0].sources), strict=True):
            found[job.example].append(Patch(job.run[0], rows))
    return found


def _jobs(stage: Stage, runs: Sequence[Sequence[Run]], n_rows: int) -> Iterator[_Job]:
    """Cut long runs into tiles."""
    device = next(stage.parameters()).device
    step = stage.tile_rows(device)
    for example, own in enumerate(runs):
        for first, end in own:
            for begin in range(first, end, step):
                run = begin, min(begin + step, end)
                yield _Job(example, run, tuple(stage.sources(*run, n_rows)))


def _groups(jobs: Sequence[_Job], stage: Stage) -> Iterator[list[_Job]]:
    """Yield jobs of one shape, together as many rows as a tile has."""
    of_shape: dict[tuple, list[_Job]] = {}
    for job in jobs:
        of_shape.setdefault(job.shape, []).append(job)
    for group in of_shape.values():
        first, end = group[0].run
        step = max(1, stage.tile_rows(next(stage.parameters()).device) // (end - first))
        yield from (group[i : i + step] for i in range(0, len(group), step))


def _reader(level: Float[Tensor, "row channel"], patches: Sequence[Sequence[Patch]]) -> Read:
    """Return what reads rows as kept, and those that changed as they are now."""

    def read(example: int, first: int, end: int) -> Tensor:
        rows = level[first:end].clone()
        for patch in patches[example]:
            low, high = max(first, patch.first), min(end, patch.run[1])
            if low < high:
                rows[low - first : high - first] = patch.rows[low - patch.first : high - patch.first]
        return rows

    return read
