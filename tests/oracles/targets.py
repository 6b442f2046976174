"""Targets the slow way: one tile, one base and one bin at a time, as the published recipes tell it."""

import math


def percentile(values: list[float], percent: float) -> float:
    """Return the percentile of plain numbers, between neighbors in proportion."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def interpolate(tile: list[float]) -> list[float]:
    """Return the tile with each NaN on the line between its measured neighbors; 0 lies beyond both ends."""
    padded = [0.0, *tile, 0.0]
    known = [place for place, value in enumerate(padded) if not math.isnan(value)]
    filled = list(padded)
    for place, value in enumerate(padded):
        if math.isnan(value):
            left = max(k for k in known if k < place)
            right = min(k for k in known if k > place)
            slope = (padded[right] - padded[left]) / (right - left)
            filled[place] = padded[left] + slope * (place - left)
    return filled[1:-1]


def fill_tile(tile: list[float], black: list[bool], order: str, nan: str, percent: float) -> list[float]:
    """Return a tile's bases after blacklist and NaN; a tile without a measured base stays as it is."""
    if all(math.isnan(value) for value in tile):
        return [0.0] * len(tile) if nan == "zero" else tile
    baseline = percentile([value for value in tile if not math.isnan(value)], percent)
    if nan == "interpolate":
        tile = interpolate(tile)
    filled = []
    for value, is_black in zip(tile, black, strict=True):
        if is_black and order == "basenji_2020":
            value = baseline
        elif is_black and not math.isnan(value):
            value = max(-abs(baseline), min(abs(baseline), value))
        if math.isnan(value) and nan in ("baseline", "zero"):
            value = baseline if nan == "baseline" else 0.0
        filled.append(value)
    return filled


def pool(bases: list[float], statistic: str) -> float:
    """Return the sum, mean or largest of a bin's bases; NaN where one is."""
    if any(math.isnan(base) for base in bases):
        return math.nan
    return {"sum": sum(bases), "mean": sum(bases) / len(bases), "max": max(bases)}[statistic]


def bin_target(bases: list[float], statistic: str, scale: float, clip: tuple, order: str) -> float:
    """Return one bin's target; ``statistic`` may end with ``_sqrt``; ``clip`` is (soft, hard)."""
    soft, hard = clip
    turned = -1.0 if order == "senformer" and scale < 0 else 1.0
    if order == "basenji_current":
        bases = [base * scale for base in bases]
    x = pool(bases, statistic.removesuffix("_sqrt")) * turned
    if math.isnan(x):
        return x
    if statistic.endswith("_sqrt"):
        x = math.sqrt(1 + x) - 1
    if soft is not None and x > soft:
        x = soft + math.sqrt(x - soft) if order == "basenji_2020" else soft - 1 + math.sqrt(x - soft + 1)
    if hard is not None:
        lowest = {"senformer": -math.inf, "basenji_2020": 0.0, "basenji_current": -hard}[order]
        x = max(lowest, min(hard, x))
    return {"senformer": x * abs(scale), "basenji_2020": x * scale, "basenji_current": x}[order]


def lower_unmappable(bins: list[float], unmappable: list[bool], quantile: float) -> list[float]:
    """Return a tile's bins with the unmappable ones at most the quantile of the tile's measured bins."""
    known = [value for value in bins if not math.isnan(value)]
    if not known:
        return bins
    bound = percentile(known, 100 * quantile)
    return [min(x, bound) if off else x for x, off in zip(bins, unmappable, strict=True)]
