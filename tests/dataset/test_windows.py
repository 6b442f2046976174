"""Tiling of windows: directed cases and properties."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.oracles import contigs

from senformer.core.errors import ConfigError, DataError
from senformer.dataset.windows import (
    BinFacts,
    excluded_bins,
    range_sums,
    refuse_empty_splits,
    sift_windows,
    tile_windows,
)

UNHURRIED = settings(deadline=None, max_examples=60)
SIZES = {"chrA": 1000, "chrB": 430}


def frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end", "split"])


def spans(windows: pd.DataFrame) -> list[tuple]:
    return [tuple(row)[:4] for row in windows.itertuples(index=False)]


def test_tile_windows__targets_touch_by_default() -> None:
    # window 100, crop 2 bins of 10 on each side: target 60, so starts are 60 apart; the last that fits
    # into 430 is 300.
    windows = tile_windows(frame(("chrB", 0, 430, "test")), SIZES, 100, None, 10, 2)
    assert windows["start"].tolist() == [0, 60, 120, 180, 240, 300]
    assert set(windows["end"] - windows["start"]) == {100}


def test_tile_windows__starts_are_bin_aligned_inside_the_region() -> None:
    windows = tile_windows(frame(("chrA", 7, 258, "train")), SIZES, 100, None, 10, 0)
    assert spans(windows) == [("chrA", 10, 110, "train"), ("chrA", 110, 210, "train")]


def test_tile_windows__window_of_the_whole_region() -> None:
    assert len(tile_windows(frame(("chrA", 0, 1000, "train")), SIZES, 1000, None, 10, 0)) == 1
    assert len(tile_windows(frame(("chrA", 0, 990, "train")), SIZES, 1000, None, 10, 0)) == 0


def test_tile_windows__no_region_gives_an_empty_table() -> None:
    windows = tile_windows(frame(), SIZES, 100, None, 10, 0)
    assert list(windows.columns) == ["chrom", "start", "end", "split", "fold"]
    assert len(windows) == 0


def test_tile_windows__geometry_that_does_not_fit() -> None:
    with pytest.raises(ConfigError, match=r"stride_bp 15 is no positive multiple of bin_bp 10"):
        tile_windows(frame(), SIZES, 100, 15, 10, 0)


@st.composite
def worlds(draw: st.DrawFn) -> tuple:
    """Draw a chromosome cut into regions of random splits, and a geometry that fits the bins."""
    bin_bp = draw(st.sampled_from([1, 8, 10]))
    n_bins = draw(st.integers(1, 9))
    crop_bins = draw(st.integers(0, (n_bins - 1) // 2))
    stride_bins = draw(st.none() | st.integers(1, 12))
    size = draw(st.integers(1, 300))
    cuts = sorted({0, size, *draw(st.lists(st.integers(0, size), max_size=5))})
    split = st.sampled_from(["train", "valid", "test"])
    regions = [("chrA", lo, hi, draw(split)) for lo, hi in itertools.pairwise(cuts)]
    stride = None if stride_bins is None else stride_bins * bin_bp
    return frame(*regions), size, n_bins * bin_bp, stride, bin_bp, crop_bins


@UNHURRIED
@given(worlds())
def test_tile_windows__properties(world: tuple) -> None:
    regions, size, window_bp, stride_bp, bin_bp, crop_bins = world
    windows = spans(tile_windows(regions, {"chrA": size}, window_bp, stride_bp, bin_bp, crop_bins))
    step = stride_bp or window_bp - 2 * crop_bins * bin_bp
    owner = np.full(size, -1)
    for place, (_, lo, hi, split) in enumerate(spans(regions)):
        first = -(-lo // bin_bp) * bin_bp
        inside = [
            (start, end) for _, start, end, name in windows if lo <= start and end <= hi and name == split
        ]
        # all of a region's windows, on its grid, as many as fit; none lies anywhere else
        n_fit = max(0, (hi - first - window_bp) // step + 1)
        assert inside == [(first + k * step, first + k * step + window_bp) for k in range(n_fit)]
        assert all(start % bin_bp == 0 for start, _ in inside)
        owner[lo:hi] = place
    assert all((owner[start:end] == owner[start]).all() for _, start, end, _ in windows)


@UNHURRIED
@given(worlds())
def test_tile_windows__default_targets_never_overlap(world: tuple) -> None:
    regions, size, window_bp, _, bin_bp, crop_bins = world
    windows = tile_windows(regions, {"chrA": size}, window_bp, None, bin_bp, crop_bins)
    assume(len(windows) > 1)
    covered = np.zeros(size, dtype=int)
    for _, start, end, _ in spans(windows):
        covered[start + crop_bins * bin_bp : end - crop_bins * bin_bp] += 1
    assert covered.max() == 1


def test_tile_windows__stride_of_each_split_and_snap() -> None:
    regions = pd.DataFrame(
        [("chrA", 70, 400, "train", "fold1"), ("chrA", 400, 700, "test", "fold0")],
        columns=["chrom", "start", "end", "split", "fold"],
    )
    found = tile_windows(regions, {"chrA": 700}, 100, {"train": 50, "test": 100}, 10, 0, snap_bp=40)
    # the first multiple of 40 in each region: 80 and 400
    assert found[["start", "split", "fold"]].to_numpy().tolist() == [
        *([start, "train", "fold1"] for start in (80, 130, 180, 230, 280)),
        *([start, "test", "fold0"] for start in (400, 500, 600)),
    ]


def facts(n_bins: int = 43, **changes: slice) -> BinFacts:
    """Return facts of measured bins; a named slice is unknown, unmeasured or excluded."""
    n_unknown, n_measured = np.zeros(n_bins, dtype=np.int32), np.full(n_bins, 3, dtype=np.int32)
    excluded = np.zeros(n_bins, dtype=bool)
    n_unknown[changes.get("unknown", slice(0))] = 10
    n_measured[changes.get("unmeasured", slice(0))] = 0
    excluded[changes.get("excluded", slice(0))] = True
    unmappable = np.zeros(n_bins, dtype=bool)
    unmappable[changes.get("unmappable", slice(0))] = True
    return BinFacts(n_unknown, n_measured, excluded, unmappable)


@pytest.mark.parametrize(
    ("known", "reason", "gone"),
    [
        # inputs are bins 0-10, 6-16, 12-22...; more than 5 unknown bins of 10 drop a window
        (facts(unknown=slice(0, 6)), "unknown_bases", [0]),
        (facts(unknown=slice(0, 5)), "unknown_bases", []),
        # targets are bins 2-8, 8-14, 14-20...
        (facts(excluded=slice(8, 14)), "excluded", [60]),
        (facts(excluded=slice(8, 13)), "excluded", []),
        (facts(unmeasured=slice(14, 20)), "unmeasured", [120]),
        (facts(unmeasured=slice(15, 20)), "unmeasured", []),
    ],
)
def test_sift_windows__drops_and_counts(known: BinFacts, reason: str, gone: list[int]) -> None:
    tiled = tile_windows(frame(("chrB", 0, 430, "test")), SIZES, 100, None, 10, 2)
    kept, dropped = sift_windows(tiled, lambda _: known, 10, 2, 0.5)
    assert [start for start in tiled["start"] if start not in set(kept["start"])] == gone
    assert dropped[reason] == len(gone)
    assert sum(dropped.values()) + len(kept) == len(tiled)


def test_sift_windows__first_reason_counts_once() -> None:
    tiled = tile_windows(frame(("chrB", 0, 430, "test")), SIZES, 100, None, 10, 2)
    known = facts(unknown=slice(None), excluded=slice(None), unmeasured=slice(None))
    kept, dropped = sift_windows(tiled, lambda _: known, 10, 2, 0.5)
    assert len(kept) == 0
    assert dropped == {"unknown_bases": 6, "unmappable": 0, "excluded": 0, "unmeasured": 0}


def test_sift_windows__unmappable_by_the_target_s_fraction() -> None:
    tiled = tile_windows(frame(("chrB", 0, 430, "test")), SIZES, 100, None, 10, 2)
    # targets are bins 2-8, 8-14, 14-20...: three of the first's six are half, four of the next more
    known = facts(unmappable=slice(5, 12))
    kept, dropped = sift_windows(tiled, lambda _: known, 10, 2, 0.5, max_unmappable_fraction=0.5)
    assert kept["start"].tolist() == [0, 120, 180, 240, 300]
    assert dropped["unmappable"] == 1
    assert sift_windows(tiled, lambda _: known, 10, 2, 0.5)[1]["unmappable"] == 0


def test_refuse_empty_splits__names_split_and_reason() -> None:
    windows = tile_windows(frame(("chrB", 0, 430, "test")), SIZES, 100, None, 10, 2)
    refuse_empty_splits(windows, ["test"], 100, "why")
    with pytest.raises(DataError, match=r"split 'valid': has no window of 100 bp: none is so long"):
        refuse_empty_splits(windows, ["test", "valid"], 100, "none is so long")


def test_excluded_bins__touched_bins_at_both_edges() -> None:
    exclude = pd.DataFrame([("c", 19, 31), ("d", 0, 50)], columns=["chrom", "start", "end"])
    assert np.flatnonzero(excluded_bins(exclude, "c", 5, 10)).tolist() == [1, 2, 3]


@UNHURRIED
@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.data())
def test_range_sums__equals_slices(values: list[int], data: st.DataObject) -> None:
    hi = data.draw(st.integers(0, len(values)))
    lo = data.draw(st.integers(0, hi))
    found = range_sums(np.array(values), np.array([lo]), np.array([hi]))
    assert found.tolist() == [sum(values[lo:hi])]


@UNHURRIED
@given(st.lists(worlds(), min_size=1, max_size=4), st.integers(1, 3))
def test_tile_windows__is_the_slow_tiling_of_many_contigs(drawn: list, n_snap: int) -> None:
    _, _, window_bp, _, bin_bp, _ = drawn[0]
    parts = [world[0].assign(chrom=f"c{place}", fold=f"fold{place}") for place, world in enumerate(drawn)]
    regions, sizes = pd.concat(parts, ignore_index=True), {f"c{k}": w[1] for k, w in enumerate(drawn)}
    strides = {split: bin_bp * (k + 1) for k, split in enumerate(["train", "valid", "test"])}
    found = tile_windows(regions, sizes, window_bp, strides, bin_bp, 0, n_snap * bin_bp)
    slow = contigs.tile(regions, sizes, window_bp, strides, n_snap * bin_bp)
    assert [tuple(row) for row in found.itertuples(index=False)] == slow
