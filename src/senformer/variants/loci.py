"""Windows of variants: where the model looks, and which variants share a look.

Convention: the first base that a variant changes stands at index ``window_bp // 2`` of the window (of an
insertion: the base that it goes before). For the usual even number of bins that is the first base of the bin
right of the center, with ``window_bp // 2`` bases to its left and ``window_bp // 2 - 1`` to its right.
Basenji's rule puts it one base further left, at the last base of the bin left of the center: scores of the
two conventions differ by this one-base shift.

Variants within a tolerance may share a window, whose reference is then predicted once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant


@dataclass(frozen=True)
class Locus:
    """Variants that share a window and the sequence that the genome has there.

    Attributes
    ----------
    window
        What the model reads; 0-based, may reach beyond the chromosome.
    variants
        Variants whose window this is, in the order of the file.
    """

    window: Interval
    variants: tuple[Variant, ...]

    def index(self, variant: Variant) -> int:
        """Return where in the window the first changed base of ``variant`` stands, from 0."""
        return variant.change.start - self.window.start

    def offset_bp(self, variant: Variant) -> int:
        """Return how far right of the center of the window that is, in bp; negative where left."""
        return variant.change.start - self.window.center


def variant_window(variant: Variant, window_bp: int) -> Interval:
    """Return the window that has the first changed base of ``variant`` at index ``window_bp // 2``.

    The window keeps its length at chromosome ends, so its start may be negative and its end may lie
    beyond the chromosome.
    """
    return _window(variant.chrom, variant.change.start, window_bp)


def _window(chrom: str, center: int, window_bp: int) -> Interval:
    start = center - window_bp // 2
    return Interval(chrom, start, start + window_bp)


def group_loci(variants: Sequence[Variant], window_bp: int, max_offset_bp: int = 0) -> list[Locus]:
    """Gather variants by window, in the order in which windows first appear.

    Places of a chromosome are taken from left to right: a window takes every place up to twice
    ``max_offset_bp`` right of its first, and its center lies midway between its first and its last. So
    windows are as few as can be, and the same whatever the order of ``variants``.

    Parameters
    ----------
    variants
        Variants in the order of the file.
    window_bp
        Length of the model's input.
    max_offset_bp
        How far from the center of its window a variant may stand; 0 centers every one.
    """
    centers = _centers({(v.chrom, v.change.start) for v in variants}, max_offset_bp)
    groups: dict[Interval, list[Variant]] = {}
    for variant in variants:
        center = centers[variant.chrom, variant.change.start]
        groups.setdefault(_window(variant.chrom, center, window_bp), []).append(variant)
    return [Locus(window, tuple(members)) for window, members in groups.items()]


def _centers(places: set[tuple[str, int]], max_offset_bp: int) -> dict[tuple[str, int], int]:
    """Return the center of the window of every place."""
    centers: dict[tuple[str, int], int] = {}
    members: list[tuple[str, int]] = []
    for place in [*sorted(places), ("", 0)]:  # the last one ends the last group
        if members and (place[0] != members[0][0] or place[1] - members[0][1] > 2 * max_offset_bp):
            middle = (members[0][1] + members[-1][1]) // 2
            centers |= dict.fromkeys(members, middle)
            members = []
        members.append(place)
    return centers
