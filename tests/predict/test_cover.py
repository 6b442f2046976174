import pytest
from hypothesis import given
from hypothesis import strategies as st

from senformer.core.errors import ConfigError
from senformer.predict.cover import make_cover


def bins_of(cover, bin_bp, short_crop_bins):
    """Return the bins of the long window that each taken bin is, in order."""
    found = []
    for start, taken in cover.tiles:
        first = start // bin_bp + short_crop_bins
        found += list(range(first + taken.start, first + taken.stop))
    return found


@given(
    n=st.integers(1, 60),
    crop=st.integers(0, 20),
    n_short=st.integers(1, 40),
    short_crop=st.integers(0, 20),
    bin_bp=st.sampled_from([1, 16]),
)
def test_make_cover__every_bin_once_and_in_order(n, crop, n_short, short_crop, bin_bp):
    long_bp, short_bp = (n + 2 * crop) * bin_bp, (n_short + 2 * short_crop) * bin_bp
    window = {"window_bp": long_bp, "crop_bins": crop}
    short = {"short_window_bp": short_bp, "short_crop_bins": short_crop}
    try:
        cover = make_cover(bin_bp, **window, **short)
    except ConfigError:
        # Refused only where a window cannot lie inside.
        assert short_crop > crop or short_bp > long_bp
        return
    assert bins_of(cover, bin_bp, short_crop) == list(range(crop, crop + n))
    for start, taken in cover.tiles:
        assert 0 <= start <= long_bp - short_bp
        assert 0 <= taken.start < taken.stop <= n_short


def test_make_cover__the_same_window_is_one_tile():
    cover = make_cover(128, window_bp=2048, crop_bins=3, short_window_bp=2048, short_crop_bins=3)
    assert cover.tiles == ((0, slice(0, 10)),)


@pytest.mark.parametrize(("window_bp", "crop_bins"), [(2048, 3), (4096, 2)])
def test_make_cover__what_reaches_beyond_is_refused(window_bp, crop_bins):
    with pytest.raises(ConfigError, match="reach beyond a window of"):
        make_cover(128, window_bp=window_bp, crop_bins=crop_bins, short_window_bp=4096, short_crop_bins=3)
