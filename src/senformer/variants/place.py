"""Where a variant and its surroundings lie in the bins of a prediction."""

from dataclasses import dataclass

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant

CENTRAL_BINS = 128


def touched(variant: Variant) -> tuple[int, int]:
    """Return the bases of the genome that a variant changes; of an insertion the two that it goes between."""
    start, end = variant.change.start, variant.change.end
    return (start, end) if start < end else (start - 1, end + 1)


@dataclass(frozen=True)
class Place:
    """A variant and the bins that were predicted around it.

    The output is taken to lie in the middle of the window, as every crop here is the same on both sides.

    Attributes
    ----------
    variant
        The variant, anywhere in the window.
    window
        What the model read; 0-based, may reach beyond the chromosome.
    n_bins, bin_bp
        Number and width of the bins predicted.
    """

    variant: Variant
    window: Interval
    n_bins: int
    bin_bp: int

    @property
    def start(self) -> int:
        """First base of the first bin, 0-based."""
        return self.window.start + (self.window.width - self.n_bins * self.bin_bp) // 2

    @property
    def end(self) -> int:
        """Base after the last one of the last bin, 0-based."""
        return self.start + self.n_bins * self.bin_bp

    @property
    def central(self) -> slice:
        """The ``CENTRAL_BINS`` bins around the variant, which figures show; all of a shorter output."""
        at = (self.variant.change.start - self.start) // self.bin_bp
        first = max(0, min(at - CENTRAL_BINS // 2, self.n_bins - CENTRAL_BINS))
        return slice(first, min(self.n_bins, first + CENTRAL_BINS))

    def bins(self, start: int, end: int) -> slice:
        """Return the bins that overlap with bases ``start`` to ``end`` (half-open), perhaps none."""
        first = (start - self.start) // self.bin_bp
        last = -((self.start - end) // self.bin_bp)
        return slice(min(max(first, 0), self.n_bins), min(max(last, 0), self.n_bins))
