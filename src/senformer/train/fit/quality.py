"""What cross-validation says of a fit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64

from senformer.classical.fit import Fitted, Targets
from senformer.evaluate.metrics.auprc import Auprc
from senformer.evaluate.metrics.auroc import Auroc

Column = Float64[np.ndarray, " row"]


def cross_validated(
    fitted: Fitted, targets: Targets, tracks: Sequence[str], *, classify: bool
) -> list[dict[str, Any]]:
    """Return for every track and fold, and for all folds together (``fold`` null), how good decisions are.

    Of labels AUROC and AUPRC, of other values Pearson's r and the mean squared error.
    """
    found = []
    for track, name in enumerate(tracks):
        fold, decisions, values = (x[:, track] for x in (fitted.folds, fitted.decisions, targets))
        for number in (*range(fold.max() + 1), None):
            rows = fold >= 0 if number is None else fold == number
            measured = _labels if classify else _values
            found.append(
                {
                    "track": name,
                    "fold": number,
                    "n": int(rows.sum()),
                    **measured(decisions[rows], values[rows]),
                }
            )
    return found


def _labels(decisions: Column, labels: Column) -> dict[str, float | None]:
    areas = {"auroc": Auroc(1), "auprc": Auprc(1)}
    return {
        name: _or_none(area.add(decisions[:, None], labels[:, None]).result()[0])
        for name, area in areas.items()
    }


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _values(decisions: Column, values: Column) -> dict[str, float | None]:
    spread = decisions.std() * values.std()
    product = ((decisions - decisions.mean()) * (values - values.mean())).mean()
    r = product / spread if spread > 0 else np.nan
    return {"pearson_r": _or_none(r), "mse": _or_none(((decisions - values) ** 2).mean())}
