"""Alignment of the two alleles of an insertion or deletion, bin by bin, with lists and loops."""

import math


def align_bins(genome: list, other: list, first_bp: int, gain_bp: int, bin_bp: int) -> list:
    """Return the values of ``other`` on the bins of ``genome``; see the documentation of ``align``."""
    n_moved = math.floor(abs(gain_bp) / bin_bp + 0.5)
    if n_moved == 0:
        return list(other)
    before = math.floor((first_bp - 1) / bin_bp)
    result = []
    for place in range(len(genome)):
        if place < before or (place == before and gain_bp < 0):
            result.append(other[place])
        elif place == before:
            result.append(max(other[before : before + n_moved + 1]))
        elif gain_bp < 0 and place <= before + n_moved:
            result.append(0)
        else:
            source = place + n_moved if gain_bp > 0 else place - n_moved
            result.append(other[source] if 0 <= source < len(other) else genome[place])
    return result


def align_bases_like_spliceai(other: list, anchor: int, gain_bp: int) -> list:
    """Return the values of a changed sequence, base by base, on the bases of the reference.

    ``anchor`` is the base that both alleles share, before what is inserted or deleted: inserted bases are
    folded into it by the maximum, for deleted ones zeros come after it.
    """
    if gain_bp > 0:
        last = anchor + gain_bp + 1
        return [*other[:anchor], max(other[anchor:last]), *other[last:]]
    return other[: anchor + 1] + [0] * -gain_bp + other[anchor + 1 :]
