"""Validation during training: loss and Pearson's r on held-out windows."""

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd
import torch

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.batch import Batch
from senformer.dataset.examples import AnyDataset, eval_batches
from senformer.dataset.loader import eval_windows
from senformer.evaluate.means import mean_defined
from senformer.evaluate.sums import TrackSums
from senformer.tracks.scaling import Scaling
from senformer.train.config import TrainConfig
from senformer.train.engine import Engine, memory_errors
from senformer.train.micro import mean_counts
from senformer.train.plan import Plan
from senformer.train.scores import CORRELATIONS, LOSS, assays_of
from senformer.train.team import Team

SPLIT = "valid"


@dataclass(frozen=True)
class ValidationSet:
    """The validation windows of one organism."""

    dataset: AnyDataset
    windows: pd.DataFrame
    crop_bins: int


def make_validation_sets(
    datasets: Mapping[str, AnyDataset], plan: Plan, config: TrainConfig
) -> dict[str, ValidationSet]:
    """Return evenly spread validation windows of each organism; none where validation is off.

    Raises
    ------
    ConfigError
        Validation is on and a dataset has no window for it.
    """
    found: dict[str, ValidationSet] = {}
    if config.validate_every_steps is None:
        return found
    for organism, dataset in datasets.items():
        windows = eval_windows(dataset, SPLIT, plan.window_bp, plan.crop_bins)
        if not len(windows):
            raise ConfigError(
                "E610",
                str(dataset.path),
                f"split {SPLIT!r} has no window of {plan.window_bp} bp, but validate_every_steps is set",
                "Give the dataset a valid split, or leave validate_every_steps out.",
            )
        count = min(len(windows), config.validate_windows or len(windows))
        rows = np.linspace(0, len(windows) - 1, count).round().astype(int)
        found[organism] = ValidationSet(dataset, windows.iloc[rows], plan.crop_bins)
    return found


@torch.no_grad()
def validate(
    engine: Engine, sets: Mapping[str, ValidationSet], is_stopped: Callable[[], bool]
) -> dict[str, dict[str, Any]] | None:
    """Return ``valid_loss``, ``valid_pearson``, ``valid_pearson_log1p`` and ``n_windows`` per organism.

    The loss is the mean of the batches' losses by what each is a mean of, measured entries or profiles;
    Pearson's r the mean over tracks that have one (None where no track has), of all and of every assay's
    (``valid_pearson.CAGE``).
    With a teacher they compare with what it predicts. Under ``ema`` they are those of the averaged weights.
    None is returned where ``is_stopped`` says so between two batches: a validation that a signal cut short
    counts for nothing.

    Raises
    ------
    DataError
        A prediction or the loss is not finite, in any of the processes; the windows are named.
    DeviceError
        The device's memory is too small.
    """
    averaged = contextlib.nullcontext() if engine.average is None else engine.average.in_place()
    with averaged, engine.evaluation():
        found = {}
        for organism, held_out in sets.items():
            values = _validate_one(engine, organism, held_out, is_stopped)
            if values is None:
                return None
            found[organism] = values
        return found


def _validate_one(
    engine: Engine, organism: str, held_out: ValidationSet, is_stopped: Callable[[], bool]
) -> dict[str, Any] | None:
    scalings = [Scaling.of(track) for track in held_out.dataset.tracks]
    sums = TrackSums(scalings, with_deviance=False)
    team, total, n_measured = engine.team, 0.0, 0
    for batch, is_ours in _share(engine, held_out):
        if is_stopped():
            return None
        batch = engine.taught(organism, batch)
        with memory_errors(engine, [batch]):
            inputs, targets = engine.tensors(batch)
            prediction = engine.model(inputs, heads=[organism], **engine.outputs)[organism].float()
            loss = float(engine.loss_of(organism, prediction, targets, batch))
            if engine.outputs:
                prediction = engine.model.activate(prediction)
        _refuse_not_finite(engine.team, organism, batch, loss, bool(prediction.isfinite().all()))
        if not is_ours:
            continue
        n = mean_counts(engine.config.loss)(batch.targets)
        total += loss * n
        n_measured += n
        n_tracks = batch.targets.shape[-1]
        sums.add(prediction.cpu().numpy().reshape(-1, n_tracks), batch.targets.reshape(-1, n_tracks))
    totals, ns, parts = zip(*team.gather((total, n_measured, sums)), strict=True)
    total, n_measured, sums = sum(totals), sum(ns), reduce(add, parts)
    return {
        LOSS: total / n_measured if n_measured else None,
        **_correlations(sums, held_out.dataset),
        "n_windows": len(held_out.windows),
    }


def _share(engine: Engine, held_out: ValidationSet) -> Iterator[tuple[Batch, bool]]:
    """Yield this process's batches, and whether each counts: all processes have the same number of them.

    Batches are dealt out in turn. One that has none left repeats the first, uncounted, for the others may
    need its part in the model.
    """
    config, team = engine.config, engine.team
    size = config.batch_size // config.accumulate // team.size
    n = -(-len(held_out.windows) // size)
    numbers = range(team.rank, n, team.size)
    idle = [0] * (-(-n // team.size) - len(numbers))
    rows = [row for number in (*numbers, *idle) for row in range(number * size, (number + 1) * size)]
    windows = held_out.windows.iloc[[row for row in rows if row < len(held_out.windows)]]
    for place, batch in enumerate(eval_batches(held_out.dataset, windows, held_out.crop_bins, size)):
        yield batch, place < len(numbers)


def _correlations(sums: TrackSums, dataset: AnyDataset) -> dict[str, float | None]:
    """Return the mean correlations, of all tracks and of each assay's; None where no track has one."""
    assays = np.array([track.assay for track in dataset.tracks])
    found = {}
    for key, by_track in zip(CORRELATIONS, (sums.raw.result(), sums.log1p_result()), strict=True):
        found[key] = mean_defined(by_track)
        found |= {f"{key}.{assay}": mean_defined(by_track[assays == assay]) for assay in assays_of(dataset)}
    return found


def _refuse_not_finite(team: Team, organism: str, batch: Batch, loss: float, is_finite: bool) -> None:
    """Raise alike in all processes where a prediction or the loss of one is not finite."""
    is_bad = not (is_finite and math.isfinite(loss))
    if not any(team.highest(is_bad)):
        return
    told = f"{organism} windows {', '.join(map(str, batch.windows))}"
    told = told if team.size == 1 else f"process {team.rank}: {told}"
    bad = [(told, loss) for told, loss, is_bad in team.gather((told, loss, is_bad)) if is_bad]
    raise DataError(
        "E617",
        f"validation, {'; '.join(told for told, _ in bad)}",
        f"a prediction is not finite (loss {', '.join(f'{loss:g}' for _, loss in bad)})",
        "The last checkpoint is kept. Look at these windows, or lower learning_rate, and train anew.",
    )
