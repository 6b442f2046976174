"""Bases to bins: the first step from signal to target."""

import numpy as np
from jaxtyping import Float32

_POOL = {"sum": np.sum, "mean": np.mean, "max": np.max}


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
        A part of a bin is left over, or the statistic is unknown.
    """
    if stat not in _POOL:
        raise ValueError(f"no pooling is called {stat!r}; known are {', '.join(_POOL)}")
    if len(values) % bin_bp:
        raise ValueError(f"{len(values)} bases are no whole number of bins of {bin_bp}")
    bins = values.astype(np.float64).reshape(-1, bin_bp)
    return _POOL[stat](bins, axis=1).astype(np.float32)
