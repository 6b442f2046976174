"""Rows of a table of intervals by chromosome, found at once: there may be 100,000 chromosomes."""

import weakref
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Int64


class _Groups(NamedTuple):
    places: dict[str, np.ndarray]
    bounds: Int64[np.ndarray, "row 2"]


_NONE = np.zeros(0, dtype=np.int64)
_known: dict[int, _Groups] = {}


def places_of(frame: pd.DataFrame, chrom: str) -> Int64[np.ndarray, " row"]:
    """Return the places of a chromosome's rows in the table, in order.

    The table is grouped when it is first asked for and that is remembered while the table lives; nobody
    writes into it meanwhile.
    """
    return _grouped(frame).places.get(chrom, _NONE)


def spans_of(frame: pd.DataFrame, chrom: str) -> Int64[np.ndarray, "row 2"]:
    """Return start and end of a chromosome's rows, in order; remembered as :func:`places_of`."""
    groups = _grouped(frame)
    return groups.bounds[groups.places.get(chrom, _NONE)]


def _grouped(frame: pd.DataFrame) -> _Groups:
    key = id(frame)
    if key not in _known:
        rank, names = pd.factorize(frame["chrom"])
        order = np.argsort(rank, kind="stable").astype(np.int64)
        cuts = np.searchsorted(rank[order], np.arange(1, len(names)))
        places = dict(zip(map(str, names), np.split(order, cuts), strict=True)) if len(names) else {}
        _known[key] = _Groups(places, frame[["start", "end"]].to_numpy(dtype=np.int64))
        weakref.finalize(frame, _known.pop, key, None)
    return _known[key]
