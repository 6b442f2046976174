"""Bases to bins: the first step from signal to target."""

import numpy as np
from jaxtyping import Float32, Float64

from senformer.tracks.track import STATISTICS


def bin_signal(
    values: Float32[np.ndarray, " base"], bin_bp: int, stat: str = "sum"
) -> Float32[np.ndarray, " bin"]:
    """Pool every ``bin_bp`` bases into one bin, in float64.

    A bin with a NaN base is NaN: a partly measured bin would otherwise look like a weak one.

    Parameters
    ----------
    values
        Signal at every base; a whole number of bins.
    bin_bp
        Bases in a bin.
    stat
        ``sum``, ``mean`` or ``max``.

    Raises
    ------
    ValueError
        A part of a bin is left over, the statistic is unknown, or a sum is too large for float32.

    Examples
    --------
    >>> bin_signal(np.array([1, 2, 3, 4, 5, 6], dtype=np.float32), 3, "sum")
    array([ 6., 15.], dtype=float32)
    """
    if stat not in STATISTICS:
        raise ValueError(f"no pooling is called {stat!r}; known are {', '.join(STATISTICS)}")
    if bin_bp < 1 or len(values) % bin_bp:
        raise ValueError(f"{len(values)} bases are no whole number of bins of {bin_bp} bp")
    bins = values.reshape(-1, bin_bp)
    if stat == "max":
        return bins.max(axis=1)
    pooled = bins.sum(axis=1, dtype=np.float64)
    if stat == "mean":
        pooled /= bin_bp
    return as_float32(pooled, stat)


def as_float32(pooled: Float64[np.ndarray, " bin"], stat: str) -> Float32[np.ndarray, " bin"]:
    """Return pooled bins in the type that signal has.

    Raises
    ------
    ValueError
        One is too large for it.
    """
    if (np.abs(pooled) > np.finfo(np.float32).max).any():
        raise ValueError(f"a bin's {stat} is {np.nanmax(np.abs(pooled)):.3g}, too large for float32")
    return pooled.astype(np.float32)
