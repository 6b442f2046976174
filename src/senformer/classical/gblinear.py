"""Lines that are boosted one feature at a time, as xgboost's ``gblinear`` does, for many tracks at once.

Source: Chen and Guestrin 2016, doi:10.1145/2939672.2939785; the update of xgboost's coordinate descent, idea
only. Zhou et al. 2018 (ExPecto), doi:10.1038/s41588-018-0160-6, for the settings.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from pydantic import Field
from scipy.linalg import solve_triangular

from senformer.core.config import Config

# Features in one triangular system.
_BLOCK = 256


class LinesConfig(Config):
    """How lines are fitted.

    Attributes
    ----------
    seed
        Of a bank whose weights are not given; the fit itself draws nothing.
    learning_rate, l2, rounds
        The share of each step, what holds weights back (times the number of rows), and passes over all
        features.
    base
        What is predicted before the first step.
    device
        Where the bank computes.
    """

    seed: int = 1
    learning_rate: float = Field(default=0.01, gt=0, le=1)
    l2: float = Field(default=100.0, gt=0)
    rounds: int = Field(default=100, ge=1)
    base: float = 2.0
    device: str = "auto"


@dataclass(frozen=True)
class Lines:
    """A weight of every feature and what is added, for each track."""

    weights: Float64[np.ndarray, "track wide"]
    intercepts: Float64[np.ndarray, " track"]


def fit_lines(
    features: Float[np.ndarray, "row wide"], targets: Float64[np.ndarray, "row track"], config: LinesConfig
) -> Lines:
    """Return the line of every track, fitted to the rows where it was measured.

    A round first moves the intercept by ``-rate * mean(g)``, then each weight in order by ``-rate * (sum(g x)
    + l2 n w) / (sum(x x) + l2 n)``, where ``g`` is the prediction less the target as it then is, over ``n``
    rows: the squared error of gblinear without L1.

    Parameters
    ----------
    features, targets
        Of each row; a target that was not measured is NaN.
    config
        How.

    Notes
    -----
    One after another, the steps of a block of features are the solution of a triangular system, which all
    tracks share: the result is that of single steps to rounding (float64, where xgboost has float32). Tracks
    with other rows are fitted apart. Cost: four products a feature, row, track and round. Memory: the
    features once more as float64, 256 at a time, and 2 kB a feature.
    """
    measured = np.isfinite(targets)
    patterns, which = np.unique(measured, axis=1, return_inverse=True)
    weights = np.zeros((targets.shape[1], features.shape[1]))
    intercepts = np.zeros(targets.shape[1])
    for number, pattern in enumerate(patterns.T):
        tracks = np.flatnonzero(which.ravel() == number)
        x = features if pattern.all() else features[pattern]
        found = _descend(x, targets[pattern][:, tracks], config)
        weights[tracks], intercepts[tracks] = found.weights, found.intercepts
    return Lines(weights, intercepts)


def _descend(
    features: Float[np.ndarray, "_row wide"], targets: Float64[np.ndarray, "_row _some"], config: LinesConfig
) -> Lines:
    n_rows, n_wide = features.shape
    penalty = config.l2 * n_rows
    blocks = [slice(first, first + _BLOCK) for first in range(0, n_wide, _BLOCK)]
    systems = [_system(features[:, block].astype(np.float64), penalty, config) for block in blocks]
    weights, intercepts = np.zeros((n_wide, targets.shape[1])), np.full(targets.shape[1], config.base)
    excess = config.base - targets
    for _ in range(config.rounds):
        step = -config.learning_rate * excess.mean(axis=0)
        intercepts += step
        excess += step
        for block, system in zip(blocks, systems, strict=True):
            x = features[:, block].astype(np.float64)
            pull = x.T @ excess + penalty * weights[block]
            steps = solve_triangular(system, -pull, lower=True)
            weights[block] += steps
            excess += x @ steps
    return Lines(weights.T, intercepts)


def _system(
    x: Float64[np.ndarray, "_row _few"], penalty: float, config: LinesConfig
) -> Float64[np.ndarray, "_few _few"]:
    """Return what the steps of a block solve: what a step is divided by, and below what earlier ones move."""
    products = x.T @ x
    return np.tril(products, -1) + np.diag((np.diag(products) + penalty) / config.learning_rate)
