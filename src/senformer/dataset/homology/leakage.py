"""Leakage: bases of one split that have their like in another.

Counted on links cut at the borders of the splits, so a base counts only where its partner is known to lie.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int

from senformer.dataset.homology.intervals import intersect, merge, overlapping, total_bp
from senformer.dataset.homology.links import Links, join


def leaking_links(
    links: Links, inside: Int[np.ndarray, "interval 2"], against: Int[np.ndarray, "other 2"]
) -> Links:
    """Return the links from ``inside`` (their ``a``) into ``against`` (their ``b``), cut to both.

    The pairs are symmetric, so both directions are looked at. Groups stay what they were.
    """
    inside, against = merge(inside), merge(against)
    found = []
    for side in (links, links.swap()):
        near = side[np.isin(np.arange(len(side)), overlapping(side.a, inside)[0])]
        near = near[np.isin(np.arange(len(near)), overlapping(near.b, against)[0])]
        cut = near.split(np.unique(inside)).swap().split(np.unique(against)).swap()
        kept = (cut.a[:, 0] < cut.a[:, 1]) & (cut.b[:, 0] < cut.b[:, 1])
        cut = cut[kept]
        found.append(cut[_is_inside(cut.a, inside) & _is_inside(cut.b, against)])
    return join(found, same_groups=True)


def _is_inside(intervals: np.ndarray, merged: np.ndarray) -> np.ndarray:
    """Say which intervals lie in a merged one; they are cut at its borders, so the start decides."""
    if not len(merged):
        return np.zeros(len(intervals), bool)
    at = np.searchsorted(merged[:, 0], intervals[:, 0], side="right") - 1
    return (at >= 0) & (intervals[:, 0] < merged[np.maximum(at, 0), 1])


def count_leaks(
    links: Links, regions: Mapping[str, Int[np.ndarray, "interval 2"]]
) -> dict[tuple[str, str], dict[str, int]]:
    """Return for every ordered pair of splits how much of the first is in, or is like, the second.

    Returns
    -------
    ``{(split, other): {"bp": bases of the split, "shared_bp": those that are in the other, too,
    "homologous_bp": those paired with a base of the other, "leaked_bp": those that are either}}``.
    """
    counts = {}
    for split, inside in regions.items():
        size = total_bp(inside)
        for other, against in regions.items():
            if other != split:
                shared, alike = intersect(inside, against), leaking_links(links, inside, against).a
                counts[split, other] = {
                    "bp": size,
                    "shared_bp": total_bp(shared),
                    "homologous_bp": total_bp(alike),
                    "leaked_bp": total_bp(np.concatenate([shared, alike])),
                }
    return counts
