"""What a fit is to do, checked and ready, and what comes out: the same for every kind of fitted model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.config import Config
from senformer.dataset.examples import AnyDataset
from senformer.train.plan import Plan


@dataclass(frozen=True)
class Outcome:
    """A fitted model, lines for the run's curve, and what its closing record says besides."""

    model: Any
    lines: list[dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """A fit that can begin.

    Attributes
    ----------
    windows
        The training rows.
    run
        Fits the model; the run folder holds what it keeps meanwhile.
    """

    windows: pd.DataFrame
    run: Callable[[Path], Outcome]


@dataclass(frozen=True)
class FitKind:
    """How a model is fitted.

    Attributes
    ----------
    config_class
        Of its ``train`` section.
    prepare
        From plan, ``model`` section, dataset and settings to the work; all that can be wrong is told there.
    """

    config_class: type[Config]
    prepare: Callable[[Plan, dict[str, Any], AnyDataset, Any], Work]
