"""Fit the models of the zoo whose trainer is ``fit``: arrays of the training rows in, the model out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64, Int64, UInt8

from senformer.classical.config import FitConfig
from senformer.classical.folds import group_rows, split_folds
from senformer.classical.solver import Machine, fit_features, fit_kernel
from senformer.core.shapes import N_CODE
from senformer.model import create_model
from senformer.model.kmers.kmer_model import KmerModel
from senformer.model.kmers.words import Codes

Targets = Float64[np.ndarray, "row track"]
# Of a track: the rows where it was measured, however many.
Rows = Int64[np.ndarray, " _measured"]
Values = Float64[np.ndarray, " _measured"]
Others = Int64[np.ndarray, " _other"]


@dataclass(frozen=True)
class Task:
    """What the machines of one model are fitted to, whatever they are made of.

    Attributes
    ----------
    fit
        From rows and their values to a machine.
    decide
        From a machine, the rows that it was fitted to, and other rows to the decisions on these.
    """

    fit: Callable[[Rows, Values], Machine]
    decide: Callable[[Machine, Rows, Others], Float64[np.ndarray, " _other"]]


@dataclass(frozen=True)
class Fitted:
    """A fitted model, and what machines of the other folds say of each training row.

    Attributes
    ----------
    model
        Ready to predict.
    folds, decisions
        Fold of every row, and decisions on it; NaN and -1 where there are none.
    """

    model: KmerModel
    folds: Int64[np.ndarray, "row track"]
    decisions: Targets


def fit_model(
    name: str, overrides: dict[str, Any], codes: Codes, targets: Targets, config: FitConfig
) -> Fitted:
    """Fit one machine a track to the rows where it was measured, and those of cross-validation.

    Parameters
    ----------
    name, overrides
        Arguments of ``create_model``.
    codes, targets
        Sequences padded with N, and their values; labels 0 and 1 where the task is to classify.
    config
        How.
    """
    if name == "kmer_svm":
        return _fit_kmer(overrides, codes, targets, config)
    return _fit_gkm(overrides, codes, targets, config)


def _fit_gkm(overrides: dict[str, Any], codes: Codes, targets: Targets, config: FitConfig) -> Fitted:
    empty: Any = create_model("gkm_svm", **overrides)
    similarity, lengths = empty.kernel.own_similarity(empty.kernel.words(codes), config.threads)
    kernel, classify = empty.kernel.bend(similarity), empty.config.task == "classify"

    def fit(rows: Rows, values: Values) -> Machine:
        return fit_kernel(kernel[np.ix_(rows, rows)], values, classify=classify, config=config)

    def decide(machine: Machine, rows: Rows, others: Others) -> Float64[np.ndarray, " _other"]:
        return kernel[np.ix_(others, rows)] @ machine.coefficients + machine.intercept

    machines, folds, decisions = _fit_tracks(Task(fit, decide), codes, targets, config, classify=classify)
    coefficients = np.zeros_like(targets)
    for track, (rows, machine) in enumerate(machines):
        coefficients[rows, track] = machine.coefficients
    support = np.flatnonzero((coefficients != 0).any(axis=1))
    packed = _left_aligned(codes[support])
    sizes = {"n_support": len(support), "support_bp": packed.shape[1]}
    model = create_model("gkm_svm", **overrides, **sizes)
    model.support.copy_(torch.from_numpy(packed))
    model.coefficients.copy_(torch.from_numpy(coefficients[support]))
    model.lengths.copy_(torch.from_numpy(lengths[support]))
    return _finish(model, machines, folds, decisions)


def _fit_kmer(overrides: dict[str, Any], codes: Codes, targets: Targets, config: FitConfig) -> Fitted:
    model: Any = create_model("kmer_svm", **overrides)
    features, classify = model.features(codes), model.config.task == "classify"

    def fit(rows: Rows, values: Values) -> Machine:
        return fit_features(features[rows], values, classify=classify, config=config)

    def decide(machine: Machine, rows: Rows, others: Others) -> Float64[np.ndarray, " _other"]:
        return features[others] @ machine.coefficients + machine.intercept

    machines, folds, decisions = _fit_tracks(Task(fit, decide), codes, targets, config, classify=classify)
    model.weights.copy_(torch.from_numpy(np.stack([machine.coefficients for _, machine in machines], axis=1)))
    return _finish(model, machines, folds, decisions)


def _fit_tracks(
    task: Task, codes: Codes, targets: Targets, config: FitConfig, *, classify: bool
) -> tuple[list[tuple[Rows, Machine]], Int64[np.ndarray, "row track"], Targets]:
    folds, decisions = np.full(targets.shape, -1), np.full(targets.shape, np.nan)
    machines = []
    groups = group_rows(codes) if config.cross_validation else np.arange(len(codes))
    for track, values in enumerate(targets.T):
        rows = np.flatnonzero(np.isfinite(values))
        machines.append((rows, task.fit(rows, values[rows])))
        if not config.cross_validation:
            continue
        fold = split_folds(
            values[rows], groups[rows], config.cross_validation, config.seed, classify=classify
        )
        folds[rows, track] = fold
        for number in range(config.cross_validation):
            others, held_out = rows[fold != number], rows[fold == number]
            machine = task.fit(others, values[others])
            decisions[held_out, track] = task.decide(machine, others, held_out)
    return machines, folds, decisions


def _finish(
    model: Any,
    machines: list[tuple[Rows, Machine]],
    folds: Int64[np.ndarray, "row track"],
    decisions: Targets,
) -> Fitted:
    model.intercept.copy_(torch.tensor([machine.intercept for _, machine in machines]))
    return Fitted(model.eval(), folds, decisions)


def _left_aligned(codes: Codes) -> UInt8[np.ndarray, "row _shorter"]:
    """Return the sequences without the N before and behind them, as far as all of them have it behind."""
    known = codes < N_CODE
    first = np.where(known.any(axis=1), known.argmax(axis=1), 0)
    places = np.minimum(np.arange(codes.shape[1]) + first[:, None], codes.shape[1] - 1)
    moved = np.take_along_axis(codes, places, axis=1)
    moved[np.arange(codes.shape[1]) + first[:, None] >= codes.shape[1]] = N_CODE
    used = np.flatnonzero((moved < N_CODE).any(axis=0))
    return moved[:, : used[-1] + 1 if len(used) else 0]
