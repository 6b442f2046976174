"""Windows predicted and counted, part by part.

Finished parts are files that a later run, or another process, takes up.
"""

import contextlib
import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float32, Int

from senformer.dataset import AnyDataset, TableDataset
from senformer.dataset.examples import eval_batches, turn_batch
from senformer.evaluate.against import Reference
from senformer.evaluate.bootstrap import block_edges
from senformer.evaluate.examples import Example, spread_rows
from senformer.evaluate.extras import n_cells
from senformer.evaluate.parts import Measures, Part, block_moments, write_part
from senformer.evaluate.pilot import has_many_scores, make_grids, pilot_rows, read_grids, write_grids
from senformer.evaluate.shares import WHOLE, Share, copy_finished
from senformer.genome.interval import Interval
from senformer.predict.predictor import Predictor
from senformer.predict.shards import ShardLog

log = logging.getLogger(__name__)

N_EXAMPLES = 8
_PART_WINDOWS = 64
# A row of a table is short: so many of them make a part.
_PART_ROWS = 8192
_GRIDS = "cells.npz"
# Windows of few bins, rows of a table for instance, are counted together up to so many: a call costs far more
# than a bin.
_BINS_AT_ONCE = 1024

_Values = Float32[np.ndarray, "bin track"]
# A window with its target, its prediction, and what was measured.
_Window = tuple[Interval, _Values, _Values, _Values]


@dataclass(frozen=True)
class Job:
    """All that a part needs to be evaluated."""

    dataset: AnyDataset
    predictor: Predictor
    head: str
    split: str
    windows: pd.DataFrame
    measures: Measures
    reference: Reference | None = None

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the model, and that it is held against, on the device for the block."""
        with contextlib.ExitStack() as held:
            held.enter_context(self.predictor.hold())
            if self.reference is not None:
                held.enter_context(self.reference.predictor.hold())
            yield

    @property
    def crop_bins(self) -> int:
        """Bins that the model crops at each end."""
        return self.predictor.model.crop_bins

    @property
    def n_bins(self) -> int:
        """Bins of a window's target."""
        return self.predictor.model.window_bp // self.dataset.bin_bp - 2 * self.crop_bins


def label_tracks(dataset: AnyDataset) -> tuple[int, ...]:
    """Return the tracks whose targets are labels: all of a genome with labels, those of a table that are."""
    if isinstance(dataset, TableDataset):
        return dataset.label_tracks
    return () if dataset.config.labels is None else tuple(range(len(dataset.tracks)))


def count_parts(
    job: Job, parts: ShardLog, share: Share = WHOLE, others: Iterable[ShardLog] = ()
) -> tuple[Job, list[Path]]:
    """Make the parts that are not finished; return the files of all parts of the share, in order.

    Parameters
    ----------
    job
        What is evaluated.
    parts
        Where finished parts are kept.
    share
        Which parts are made here.
    others
        Logs of other processes; what they finished is copied and not made again.

    Returns
    -------
    The job with the cells that its ranks are counted in, and the files.
    """
    chosen = set(spread_rows(len(job.windows), N_EXAMPLES).tolist())
    others, files = list(others), []
    with job.hold():
        job = _with_cells(job, parts, others)
        for number, blocks in enumerate(_parts_of(job)):
            if not share.holds(number):
                continue
            file = parts.work / f"{number:06d}.npz"
            if file.name not in parts.done:
                if not copy_finished(file, others):
                    write_part(file, _count(job, blocks, chosen), job.measures)
                    log.info("evaluated %d of %d windows", blocks[-1].stop, len(job.windows))
                parts.finish(file.name, file)
            files.append(file)
    return job, files


def _parts_of(job: Job) -> list[list[range]]:
    """Return the windows of each block of each part; a part is whole blocks, of so many windows at least."""
    fewest = _PART_ROWS if isinstance(job.dataset, TableDataset) else _PART_WINDOWS
    edges = block_edges(len(job.windows))
    found: list[list[range]] = [[]]
    for start, end in pairwise(edges):
        if sum(map(len, found[-1])) >= fewest:
            found.append([])
        found[-1].append(range(int(start), int(end)))
    return found


def _with_cells(job: Job, parts: ShardLog, others: list[ShardLog]) -> Job:
    """Return the job with cells where values are too many to be kept one by one."""
    n_values, measures = len(job.windows) * job.n_bins, job.measures
    size = n_cells(n_values, len(measures.scalings)) if "spearman" in measures.names else None
    labels = measures.label_tracks if has_many_scores(n_values, len(measures.label_tracks)) else ()
    if size is None and not labels:
        return job
    file = parts.work / _GRIDS
    if file.name not in parts.done:
        if not copy_finished(file, others):
            rows = pilot_rows(len(job.windows), job.n_bins)
            log.info("predicting %d of the windows for the cells that ranks are counted in", len(rows))
            write_grids(file, make_grids(partial(_pairs, job), rows, size, labels))
        parts.finish(file.name, file)
    grid, label_edges = read_grids(file)
    return replace(job, measures=replace(measures, grid=grid, label_edges=label_edges))


def _count(job: Job, blocks: list[range], chosen: set[int]) -> Part:
    extras, examples, moments = job.measures.extras(), [], []
    published, drift = job.measures.published(), job.measures.drift()
    total = job.measures.sums()
    crop_bp = job.crop_bins * job.dataset.bin_bp
    stream = _predictions(job, np.arange(blocks[0].start, blocks[-1].stop))
    with ThreadPoolExecutor() as pool:
        for block in blocks:
            sums = job.measures.sums()
            for run in _runs(block, stream, max(1, _BINS_AT_ONCE // job.n_bins)):
                targets = np.stack([target for _, (_, target, _, _) in run])
                predictions = np.stack([prediction for _, (_, _, prediction, _) in run])
                sums.add(_flat(predictions), _flat(targets), pool)
                extras.add(predictions, targets, pool)
                for row, (window, target, prediction, measured) in run:
                    for protocol in published.values():
                        protocol.add(prediction, target)
                    if drift is not None:
                        drift.add(prediction, target, measured)
                    if row in chosen:
                        place = Interval(window.chrom, window.start + crop_bp, window.end - crop_bp)
                        examples.append(Example(place, target, prediction.copy()))
            total = total + sums
            moments.append(block_moments(sums))
    return Part(total, extras, np.stack(moments), examples, published, drift)


def _runs(block: range, stream: Iterator[_Window], n: int) -> Iterator[list[tuple[int, _Window]]]:
    """Yield the windows of a block with their numbers, up to ``n`` at a time."""
    numbered = zip(block, stream, strict=False)
    while run := list(islice(numbered, n)):
        yield run


def _flat(values: Float32[np.ndarray, "window bin track"]) -> Float32[np.ndarray, "value track"]:
    return values.reshape(-1, values.shape[-1])


def _pairs(job: Job, rows: Int[np.ndarray, " row"]) -> Iterator[tuple[_Values, _Values]]:
    return ((prediction, target) for _, target, prediction, _ in _predictions(job, rows))


def _predictions(job: Job, rows: Int[np.ndarray, " row"]) -> Iterator[_Window]:
    """Yield each window with its target, its prediction, and what was measured.

    The target is what was measured, or what the model predicts that this one is held against.
    """
    predictor, table = job.predictor, job.windows.iloc[rows]
    for batch in eval_batches(job.dataset, table, job.crop_bins, predictor.batch_size, predictor.margin_bp):
        turn = {"turn": partial(turn_batch, job.dataset)} if batch.inputs else {}
        predicted = predictor.predict(batch.model_inputs, job.head, batch.windows, **turn)
        targets = batch.targets if job.reference is None else job.reference.predict(batch.sequence)
        yield from zip(batch.windows, targets, predicted, batch.targets, strict=True)
