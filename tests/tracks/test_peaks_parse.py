"""Intervals painted with the largest value on top."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import contigs

from senformer.tracks.peaks_parse import paint, parse_peaks

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


def test_parse_peaks__is_the_slow_painting_of_many_contigs(tmp_path):
    rng = np.random.default_rng(3)
    sizes = {f"c{number}": 50 for number in range(40)}
    starts, lengths = rng.integers(0, 40, 150), rng.integers(1, 10, 150)
    names, scores = rng.choice(list(sizes), 150), rng.integers(1, 6, 150)
    rows = [*zip(names.tolist(), starts.tolist(), (starts + lengths).tolist(), scores.tolist(), strict=True)]
    text = "".join(f"{name}\t{start}\t{end}\tp\t{score}\n" for name, start, end, score in rows)
    (tmp_path / "p.bed").write_text(text)
    found = {}
    for chrom, runs in parse_peaks(sizes, "score", "peak", None, tmp_path / "p.bed", {}):
        assert chrom not in found
        found[chrom] = {base: v for low, high, v in zip(*runs, strict=True) for base in range(low, high)}
    expected = contigs.paint_peaks(rows)
    assert found == expected
    assert list(found) == sorted(expected)
