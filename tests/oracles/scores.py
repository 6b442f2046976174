"""Every score the slow way: Python numbers, one track at a time, formulas as the documents print them."""

import math
from collections.abc import Sequence

Values = Sequence[float]


def _kl(p: Values, q: Values, log=math.log) -> float:
    return math.fsum(a * log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def _percentile_25(values: Values) -> float:
    ordered = sorted(values)
    place = 0.25 * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _sum_log(values: Values) -> float:
    return math.fsum(math.log2(1 + x) for x in values)


def _sax(ref: Values, alt: Values) -> float:
    best = 0.0
    for r, a in zip(ref, alt, strict=True):
        if abs(a - r) > abs(best):
            best = a - r
    return best


def _js(ref: Values, alt: Values) -> float:
    c = max((_percentile_25(ref) + _percentile_25(alt)) / 2, 1e-6)
    p = [(x + c) / math.fsum(y + c for y in ref) for x in ref]
    q = [(x + c) / math.fsum(y + c for y in alt) for x in alt]
    return (_kl(p, q) + _kl(q, p)) / 2


def _jsd(ref: Values, alt: Values) -> float:
    p = [x / math.fsum(ref) for x in ref]
    q = [x / math.fsum(alt) for x in alt]
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return math.sqrt((_kl(p, middle, math.log2) + _kl(q, middle, math.log2)) / 2)


def _logit(p: float) -> float:
    p = min(max(p, 1e-7), 1 - 1e-7)
    return math.log(p / (1 - p))


def score_one(name: str, ref: Values, alt: Values) -> float:
    """Return one score of one track."""
    pairs = list(zip(ref, alt, strict=True))
    total_ref, total_alt = math.fsum(ref), math.fsum(alt)
    ratio = math.log2((1 + total_alt) / (1 + total_ref)) if min(total_ref, total_alt) > -1 else math.nan
    if name in ("SAD", "SED"):
        return math.fsum(a - r for r, a in pairs)
    if name in ("SAR", "logSED", "DIFF_LOG2_SUM"):
        return ratio
    if name in ("logSAD", "DIFF_SUM_LOG2"):
        return _sum_log(alt) - _sum_log(ref)
    if name == "sqrtSAD":
        return math.fsum(math.sqrt(a) - math.sqrt(r) for r, a in pairs)
    if name == "SAX":
        return _sax(ref, alt)
    if name == "D1":
        return math.fsum(abs(a - r) for r, a in pairs)
    if name == "D2":
        return math.dist(ref, alt)
    if name == "JS":
        return _js(ref, alt)
    if name == "jsd":
        return _jsd(ref, alt)
    if name == "logfc":
        return math.log2(max(total_alt, 1e-6) / max(total_ref, 1e-6))
    if name == "DIFF_MEAN":
        return math.fsum(a - r for r, a in pairs) / len(pairs)
    if name == "ACTIVE_SUM":
        return max(total_ref, total_alt)
    if name == "log_odds":
        return math.fsum(_logit(a) - _logit(r) for r, a in pairs) / len(pairs)
    raise KeyError(name)


def bins_of_mask(
    mask: str, position: int, ref: str, start: int, n_bins: int, bin_bp: int, spans=()
) -> list[int]:
    """Return the bins that a mask reads, base by base.

    ``position`` is 1-based, ``start`` the 0-based first base of the output; ``spans`` are the exons or the
    whole gene, or single bases for ``tss``.
    """
    wanted: set[int] = set()
    if mask == "all":
        return list(range(n_bins))
    if mask.isdigit():
        side = int(mask) // 2
        wanted = set(range(position - 1 - side, position - 1 + len(ref) + side))
    for first, last in spans:
        wanted |= set(range(first, last))
    bins = {(base - start) // bin_bp for base in wanted}
    if mask == "tss":
        bins |= {b + step for b in bins for step in (-1, 1)}
    return [b for b in range(n_bins) if b in bins]
