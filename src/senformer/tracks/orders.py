"""The orders in which signal becomes targets: ours, and the two published ones.

Source: Basenji's data pipeline (Kelley 2020, doi:10.1371/journal.pcbi.1008050), calico/basenji
``bin/basenji_data_read.py`` as of 2020 and its successor, calico/baskerville
``src/baskerville/scripts/hound_data_read.py``; ideas only.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Order:
    """What one order does where the orders differ.

    Attributes
    ----------
    scaled
        Where the scale goes: ``first`` (before pooling), ``last``, or ``turned`` (its sign first, so that
        signal stored below zero is turned round, its size last).
    soft_offset
        The soft clip ``c`` makes ``c + sqrt(x - c + o) - o`` of a bin above it; this is ``o``.
    lower
        What the hard clip ``c`` does below: ``none``, ``zero`` (no bin below 0), ``mirror`` (none below -c).
    baseline_percentile
        Percentile of a tile's measured bases that is its baseline.
    blacklist
        What becomes of blacklisted bases: ``replace`` by the baseline, ``clip`` to plus or minus it.
    blacklist_pad_bp
        Bases that a blacklisted region grows by at each side.
    """

    scaled: Literal["first", "last", "turned"]
    soft_offset: float
    lower: Literal["none", "zero", "mirror"]
    baseline_percentile: float
    blacklist: Literal["replace", "clip"]
    blacklist_pad_bp: int


ORDERS = {
    "senformer": Order("turned", 1.0, "none", 50.0, "clip", 0),
    "basenji_2020": Order("last", 0.0, "zero", 10.0, "replace", 20),
    "basenji_current": Order("first", 1.0, "mirror", 50.0, "clip", 20),
}
DEFAULT = "senformer"
