"""How many tracks the targets of records look like, where nothing beside the records says it.

A track's values in neighboring bins are more alike than those of different tracks, so that the flat values of
a target repeat themselves most after as many as there are tracks.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from jaxtyping import Float

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.framing import read_records
from senformer.dataset.tfrecord.geometry import Geometry
from senformer.dataset.tfrecord.record import features_of, read_target

_RECORDS = 8


def check_tracks_alone(paths: Sequence[Path], geometry: Geometry, where: Path) -> None:
    """Refuse records whose values do not look like the tracks that they were taken for.

    Parameters
    ----------
    paths
        Files of the set; some of the first records are read.
    geometry
        How their targets were taken: bins that cover the whole sequence.
    where
        The set, for the message.

    Raises
    ------
    DataError
        Values are most alike at another distance (E432).
    """
    payloads = (pair for path in paths for pair in read_records(path))
    targets = [
        read_target(features_of(payload, place), geometry.n_bins).ravel()
        for place, payload in islice(payloads, _RECORDS)
    ]
    best = repeat_of(targets)
    if best != geometry.n_tracks:
        found = (
            f"has neither statistics.json nor a track table, and its targets do not look like "
            f"{geometry.n_bins:,} bins of {geometry.bin_bp} bp that cover the sequence, in "
            f"{geometry.n_tracks:,} tracks: "
        )
        found += f"values {best:,} apart are more alike" if best else "all values are the same"
        todo = "Name the track table with 'tracks' (and set bin_bp), or put a statistics.json there."
        raise DataError("E432", str(where), found, todo)


def repeat_of(targets: Iterable[Float[np.ndarray, " value"]]) -> int:
    """Return after how many values targets repeat themselves most, of the numbers that divide their length.

    0 where all values are the same. Values count by their logarithm, for few large ones would hide the rest;
    what is not finite counts as the mean.
    """
    shared: dict[int, float] = {}
    for target in targets:
        values = np.log1p(np.maximum(target.astype(np.float64), 0))
        known = values[np.isfinite(values)]
        if not len(known) or known.min() == known.max():
            continue
        values = np.where(np.isfinite(values), values - known.mean(), 0)
        power = float(values @ values)
        for lag in _divisors(len(values)):
            # The fewer pairs a distance has, the smaller its sum: a mean takes care of it.
            alike = float(values[lag:] @ values[:-lag]) / (len(values) - lag) * len(values) / power
            shared[lag] = shared.get(lag, 0.0) + alike
    return max(shared, key=lambda lag: (shared[lag], -lag), default=0)


def _divisors(number: int) -> list[int]:
    """Return the divisors of a number up to half of it."""
    small = [d for d in range(1, math.isqrt(number) + 1) if number % d == 0]
    return [d for d in sorted({*small, *(number // d for d in small)}) if d <= number // 2]
