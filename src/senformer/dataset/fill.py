"""Bases that were not measured or are not to be trusted: NaN and blacklist, tile by tile.

The baseline of a tile is a percentile of its measured bases. Tiles are fixed stretches of the chromosome,
counted from its start, so that a value does not depend on how the work is cut.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32

from senformer.core.errors import DataError


@dataclass(frozen=True)
class FillRules:
    """What becomes of NaN and of blacklisted bases.

    Attributes
    ----------
    nan
        ``mask`` keeps NaN, ``zero``, ``baseline`` and ``interpolate`` fill it, ``error`` refuses it.
    blacklist
        ``replace`` by the baseline, or ``clip`` to plus or minus its size.
    baseline_percentile
        Percentile of the tile's measured bases that is its baseline.
    tile_bp
        Length of a tile.
    """

    nan: Literal["mask", "zero", "baseline", "interpolate", "error"]
    blacklist: Literal["replace", "clip"]
    baseline_percentile: float
    tile_bp: int


def fill_signal(
    signal: Float32[np.ndarray, " base"], black: Bool[np.ndarray, " base"] | None, rules: FillRules
) -> Float32[np.ndarray, " base"]:
    """Return the signal with NaN and blacklisted bases treated; a new array where anything changed.

    Parameters
    ----------
    signal
        Bases from the start of a tile on.
    black
        Which bases are blacklisted; None for none.
    rules
        What is done. A tile without one measured base has no baseline: it stays NaN, unless ``zero``.
    """
    hollow = np.isnan(signal)
    black = black if black is not None and black.any() else None
    if black is None and (rules.nan in ("mask", "error") or not hollow.any()):
        return signal
    filled = signal.copy()
    if black is None and rules.nan == "zero":
        filled[hollow] = 0
        return filled
    for lo in range(0, len(signal), rules.tile_bp):
        part = slice(lo, lo + rules.tile_bp)
        if hollow[part].any() or (black is not None and black[part].any()):
            _fill_tile(filled[part], None if black is None else black[part], rules)
    return filled


def _fill_tile(
    tile: Float32[np.ndarray, " base"], black: Bool[np.ndarray, " base"] | None, rules: FillRules
) -> None:
    """Fill one tile in place."""
    hollow = np.isnan(tile)
    if not hollow.all():
        baseline = np.float32(np.percentile(tile[~hollow], rules.baseline_percentile))
        if rules.nan == "interpolate" and hollow.any():
            _interpolate(tile, hollow)
        if black is not None and rules.blacklist == "replace":
            tile[black] = baseline
        elif black is not None:
            tile[black] = np.clip(tile[black], -abs(baseline), abs(baseline))
        if rules.nan == "baseline":
            tile[np.isnan(tile)] = baseline
    if rules.nan == "zero":
        tile[np.isnan(tile)] = 0


def _interpolate(tile: Float32[np.ndarray, " base"], hollow: Bool[np.ndarray, " base"]) -> None:
    """Put NaN on the line between its measured neighbors; beyond each end of the tile lies a 0."""
    known = np.flatnonzero(~hollow)
    places = np.concatenate([[-1], known, [len(tile)]])
    values = np.concatenate([[0.0], tile[known], [0.0]])
    tile[hollow] = np.interp(np.flatnonzero(hollow), places, values)


def refuse_nan(signal: Float32[np.ndarray, " base"], where: str, first_bp: int) -> None:
    """Raise where the signal is NaN.

    Raises
    ------
    DataError
        Names the first such base.
    """
    hollow = np.isnan(signal)
    if hollow.any():
        base = first_bp + int(np.argmax(hollow))
        raise DataError(
            "E408",
            f"{where}:{base + 1}",
            f"the signal is NaN there (as are {int(hollow.sum())} bases read with it)",
            "Set nan: mask (left out of the loss), zero, baseline or interpolate, or mend the file.",
        )
