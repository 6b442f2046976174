"""Contigs: the genome without its gaps, cut into stretches that can go to different folds.

Where cuts lie decides how large components grow: a cut through something that has a homolog joins what it
parts. So a cut looks for a place nearby that no link covers, and a cut of one genome is carried to the
place in the other that the alignment says is the same.
"""

import numpy as np
from jaxtyping import Int

from senformer.dataset.homology.intervals import merge
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.space import Space


def whole_contigs(
    space: Space, gaps: Int[np.ndarray, "gap 2"], min_bp: int = 1
) -> Int[np.ndarray, "contig 2"]:
    """Return what lies between the gaps of every chromosome, at least ``min_bp`` long, sorted."""
    gaps = merge(gaps)
    # The free base after each chromosome is a gap, too.
    walls = np.stack([space.starts + space.sizes, space.starts + space.sizes + 1], axis=1)
    stops = merge(np.concatenate([gaps, walls]))
    starts = np.concatenate([[0], stops[:-1, 1]])
    contigs = np.stack([starts, stops[:, 0]], axis=1)
    return contigs[contigs[:, 1] - contigs[:, 0] >= max(1, min_bp)]


def halve(
    contigs: Int[np.ndarray, "contig 2"],
    break_bp: int,
    covered: Int[np.ndarray, "interval 2"] | None = None,
) -> Int[np.ndarray, " cut"]:
    """Return where to cut so that no contig is longer than ``break_bp``: in the middle, again and again.

    Parameters
    ----------
    contigs
        Sorted, disjoint.
    break_bp
        Longest stretch left.
    covered
        Merged intervals that a cut avoids, if a free place lies within a quarter of the stretch from its
        middle.
    """
    covered = np.zeros((0, 2), np.int64) if covered is None else covered
    cuts = []
    waiting = [(int(start), int(end)) for start, end in contigs]
    while waiting:
        start, end = waiting.pop()
        if end - start > break_bp:
            cut = _free_place(start + (end - start) // 2, max(1, (end - start) // 4), covered)
            cuts.append(cut)
            waiting += [(start, cut), (cut, end)]
    return np.array(sorted(cuts), np.int64)


def _free_place(middle: int, reach: int, covered: np.ndarray) -> int:
    """Return the place nearest to ``middle`` that parts no covered stretch, else ``middle``."""
    at = int(np.searchsorted(covered[:, 0], middle, side="left")) - 1
    if at < 0 or covered[at, 1] <= middle:
        return middle
    choices = [int(place) for place in covered[at] if abs(int(place) - middle) < reach]
    return min(choices, key=lambda place: (abs(place - middle), place), default=middle)


def carry_cuts(cuts: Int[np.ndarray, " cut"], links: Links) -> Int[np.ndarray, " image"]:
    """Return the places that links say are the same as ``cuts``, on the other side, sorted.

    Inside a stretch it is the same base; between two stretches of one group it is where the next begins.
    """
    if not len(links) or not len(cuts):
        return np.zeros(0, np.int64)
    return np.unique(np.concatenate([_carry(cuts, links), _carry(cuts, links.swap())]))


def _carry(cuts: np.ndarray, links: Links) -> np.ndarray:
    links = links[np.lexsort((links.a[:, 1], links.a[:, 0], links.group))]
    first = np.flatnonzero(np.concatenate([[True], links.group[1:] != links.group[:-1]]))
    stop = np.append(first[1:], len(links))
    low, high = links.a[first, 0], np.maximum.reduceat(links.a[:, 1], first)
    images = []
    for cut in cuts.tolist():
        for group in np.flatnonzero((low < cut) & (cut < high)).tolist():
            ends = links.a[first[group] : stop[group], 1]
            row = np.array([first[group] + int(np.searchsorted(ends, cut, side="right"))])
            if row[0] < stop[group]:
                images.append(int(links._image(row, np.array([max(cut, int(links.a[row[0], 0]))]))[0]))
    return np.array(images, np.int64)


def cut_contigs(
    contigs: Int[np.ndarray, "contig 2"], cuts: Int[np.ndarray, " cut"]
) -> Int[np.ndarray, "piece 2"]:
    """Return the contigs cut at every place that lies inside one."""
    at = np.searchsorted(contigs[:, 0], cuts, side="right") - 1
    inside = (at >= 0) & (cuts > contigs[np.maximum(at, 0), 0]) & (cuts < contigs[np.maximum(at, 0), 1])
    cuts = np.unique(cuts[inside])
    starts = np.sort(np.concatenate([contigs[:, 0], cuts]))
    ends = np.sort(np.concatenate([contigs[:, 1], cuts]))
    return np.stack([starts, ends], axis=1)
