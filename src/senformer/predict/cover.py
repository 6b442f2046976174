"""Windows of one model that cover the target of another's longer window."""

from dataclasses import dataclass

from senformer.core.errors import ConfigError


@dataclass(frozen=True)
class Cover:
    """Where short windows lie in a long one, and which of their bins are taken; in order, without a gap.

    Attributes
    ----------
    window_bp
        Length of the short windows.
    tiles
        For each its first base in the long window, and the bins of its target that are taken.
    """

    window_bp: int
    tiles: tuple[tuple[int, slice], ...]


def make_cover(
    bin_bp: int, *, window_bp: int, crop_bins: int, short_window_bp: int, short_crop_bins: int
) -> Cover:
    """Return the fewest windows of a model that predict every bin of a longer window's target once.

    Where the last one would reach beyond the target it lies at its end and gives the bins that are left.

    Raises
    ------
    ConfigError
        The windows do not fit inside: they are longer, or crop more than the long window does.

    Examples
    --------
    >>> make_cover(1, window_bp=20, crop_bins=3, short_window_bp=10, short_crop_bins=2).tiles
    ((1, slice(0, 6, None)), (7, slice(0, 6, None)), (9, slice(4, 6, None)))
    """
    n_bins = window_bp // bin_bp - 2 * crop_bins
    n_short = short_window_bp // bin_bp - 2 * short_crop_bins
    tiles = []
    # A target shorter than that of one window lies in its middle.
    last = n_bins - n_short if n_bins >= n_short else -((n_short - n_bins) // 2)
    for bin_ in range(0, n_bins, n_short):
        first = min(bin_, last)
        start_bp = (crop_bins + first - short_crop_bins) * bin_bp
        if start_bp < 0 or start_bp + short_window_bp > window_bp:
            raise ConfigError(
                "E644",
                "window",
                f"{short_window_bp:,} bp with {short_crop_bins} bins cropped at each end, around bins from "
                f"{first} of the target, reach beyond a window of {window_bp:,} bp with {crop_bins} cropped",
                "Choose a window at least as long, and a crop at least as large.",
            )
        tiles.append((start_bp, slice(bin_ - first, min(n_short, bin_ - first + n_bins - bin_))))
    return Cover(short_window_bp, tuple(tiles))
