"""Intervals painted with the largest value on top."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.tracks.peaks_parse import paint

_PEAK = st.tuples(st.integers(0, 30), st.integers(1, 9), st.integers(-3, 4))


@settings(max_examples=100, deadline=None)
@given(st.lists(_PEAK, min_size=1, max_size=12))
def test_paint__is_the_largest_at_every_base(peaks):
    expected = np.full(40, np.nan)
    for start, length, value in peaks:
        for base in range(start, start + length):
            expected[base] = np.fmax(expected[base], value)
    starts, lengths, values = (np.array(column) for column in zip(*peaks, strict=True))
    runs = paint(starts, starts + lengths, values.astype(np.float64))
    found = np.full(40, np.nan)
    for low, high, value in zip(*runs, strict=True):
        assert np.isnan(found[low:high]).all()
        found[low:high] = value
    np.testing.assert_array_equal(found, expected)
    touch = (runs.starts[1:] == runs.ends[:-1]) & (runs.values[1:] == runs.values[:-1])
    assert not touch.any()
