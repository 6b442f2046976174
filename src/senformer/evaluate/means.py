"""Means over the tracks where a metric is defined, and the groups of tracks that they are over."""

import numpy as np
import pandas as pd
from jaxtyping import Float64

from senformer.tracks.track import NO_ASSAY


def mean_defined(values: pd.Series | Float64[np.ndarray, " track"]) -> float | None:
    """Return the arithmetic mean of the values that are not NaN; None where there is none.

    Examples
    --------
    >>> mean_defined(np.array([0.5, np.nan, 1.0])), mean_defined(np.array([np.nan]))
    (0.75, None)
    """
    found = np.asarray(values, np.float64)
    found = found[~np.isnan(found)]
    return float(found.mean()) if len(found) else None


def assay_groups(table: pd.DataFrame) -> pd.Series:
    """Return the assay of every track of a table; those without one are a group of their own."""
    return table["assay"].replace("", NO_ASSAY)
