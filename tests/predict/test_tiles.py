from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.predict.toy import ToyModel

from senformer.core.errors import ConfigError
from senformer.predict.tiles import TILES, TileGrid, covered_bins, place_tiles


def tiles_of(size_bp: int, grid: TileGrid, tiles_per_shard: int = 1000) -> pd.DataFrame:
    covered = np.ones(grid.n_bins(size_bp), dtype=bool)
    return place_tiles("chr1", size_bp, covered, grid, tiles_per_shard)


@pytest.mark.parametrize(
    ("crop_bins", "context_bp", "margin", "keep"),
    [
        # 16 bins: a quarter of the window is 4 bins on each side; the crop counts as context.
        (0, 16, 4, 8),
        (1, 16, 3, 8),
        (3, 16, 1, 8),
        # The crop alone is enough: the whole output is kept.
        (5, 16, 0, 6),
        # Part of a bin of context costs a whole one.
        (0, 17, 5, 6),
        (0, 0, 0, 16),
    ],
)
def test_tile_grid__context_and_what_is_kept(crop_bins, context_bp, margin, keep):
    grid = TileGrid(64, 4, crop_bins, context_bp)
    assert (grid.margin_bins, grid.keep_bins) == (margin, keep)


def test_tile_grid__of_a_model_keeps_the_central_half():
    grid = TileGrid.of(ToyModel(window_bp=64, bin_bp=4, crop_bins=0))
    assert (grid.context_bp, grid.keep_bins, grid.n_output_bins) == (16, 8, 16)
    assert TileGrid.of(ToyModel(), context_bp=4).context_bp == 4


@pytest.mark.parametrize("context_bp", [32, 100, -1])
def test_tile_grid__a_context_that_keeps_nothing(context_bp):
    with pytest.raises(ConfigError, match=f"is {context_bp}: a window of 64 bp keeps no bin.*Choose 0 to 30"):
        TileGrid(64, 4, 0, context_bp)


def test_covered_bins__every_bin_that_shares_a_base():
    regions = pd.DataFrame({"chrom": ["chr1", "chr2", "chr1"], "start": [3, 0, 16], "end": [9, 20, 17]})
    # Bins of 4 bp: bases 3-8 touch bins 0, 1, 2; base 16 is bin 4; the last of 22 bp is bin 5.
    np.testing.assert_array_equal(
        covered_bins(regions, "chr1", 22, 4), [True, True, True, False, True, False]
    )


def test_place_tiles__inside_the_chromosome_at_both_ends():
    frame = tiles_of(163, TileGrid(64, 4, 0, 16))
    assert list(frame.columns) == [*TILES.names, "shard", "first_bin"]
    assert frame["start"].tolist() == [0, 16, 48, 80, 100]
    assert frame["keep_start"].tolist() == [0, 32, 64, 96, 128]
    assert frame["keep_end"].tolist() == [32, 64, 96, 128, 163]
    # 163 bp are 40 bins and 3 bp: the last window reads one base beyond the end.
    assert frame["padded_left_bp"].tolist() == [0] * 5
    assert frame["padded_right_bp"].tolist() == [0, 0, 0, 0, 1]


def test_place_tiles__a_crop_pads_at_the_ends_alone():
    frame = tiles_of(160, TileGrid(64, 4, 2, 16))
    assert frame["padded_left_bp"].tolist() == [8, 0, 0, 0, 0]
    assert frame["padded_right_bp"].tolist() == [0, 0, 0, 0, 8]


def test_place_tiles__a_short_contig_has_one_window_padded_and_flagged():
    frame = tiles_of(18, TileGrid(64, 4, 1, 16))
    assert frame[["start", "end", "keep_start", "keep_end"]].to_numpy().tolist() == [[-4, 60, 0, 18]]
    assert frame[["padded_left_bp", "padded_right_bp"]].to_numpy().tolist() == [[4, 42]]


def test_place_tiles__tiles_that_share_a_window_are_read_once():
    grid = TileGrid(64, 4, 0, 28)
    # Tiles of 2 bins: near the ends several are taken from the window that lies at the end.
    frame = tiles_of(160, grid)
    assert grid.keep_bins == 2
    assert not frame["first_bin"].duplicated().any()
    assert len(frame) < 20
    assert frame["keep_start"].tolist()[1:] == frame["keep_end"].tolist()[:-1]


def test_place_tiles__shards_are_cut_on_the_same_grid():
    frame = tiles_of(160, TileGrid(64, 4, 0, 16), tiles_per_shard=2)
    assert frame["shard"].tolist() == [0, 0, 1, 1, 2]


@given(
    n_bins=st.integers(4, 20),
    crop=st.integers(0, 1),
    context_bins=st.integers(0, 9),
    size_bp=st.integers(1, 400),
    data=st.data(),
)
def test_place_tiles__every_covered_bin_once_and_with_context(n_bins, crop, context_bins, size_bp, data):
    context_bins = min(context_bins, (n_bins - 1) // 2)
    grid = TileGrid(n_bins * 4, 4, crop, context_bins * 4)
    covered = np.array(
        data.draw(st.lists(st.booleans(), min_size=grid.n_bins(size_bp), max_size=grid.n_bins(size_bp)))
    )
    if not covered.any():
        covered[0] = True
    frame = place_tiles("chr1", size_bp, covered, grid, 3)
    times = np.zeros(len(covered), int)
    for row in frame.itertuples():
        lo, hi = row.keep_start // 4, -(-row.keep_end // 4)
        times[lo:hi] += 1
        # What is kept lies inside the output.
        assert 0 <= lo - row.first_bin < hi - row.first_bin <= grid.n_output_bins
        # Context on both sides, or as much as the chromosome has.
        assert row.keep_start - row.start >= min(context_bins * 4, row.keep_start)
        assert row.end - row.keep_end >= min(context_bins * 4, size_bp - row.keep_end)
        assert row.padded_left_bp == max(0, -row.start) <= crop * 4
        assert row.padded_right_bp == max(0, row.end - size_bp)
        assert row.start % 4 == 0
    assert (times[covered] == 1).all()
    assert (times <= 1).all()
    if len(covered) >= grid.n_output_bins:
        assert frame["padded_right_bp"].max() <= crop * 4 + 3


def test_place_tiles__a_bin_has_the_same_window_whatever_the_region():
    grid, size = TileGrid(64, 4, 1, 16), 803
    whole = tiles_of(size, grid, 4)
    for first, last in ((0, 1), (30, 31), (77, 140), (200, 201)):
        covered = np.zeros(grid.n_bins(size), dtype=bool)
        covered[first:last] = True
        part = place_tiles("chr1", size, covered, grid, 4)
        merged = part.merge(whole, on=["start", "end", "shard", "first_bin", "padded_left_bp"])
        assert len(merged) == len(part)


@pytest.mark.parametrize(("crop_bins", "context_bp", "margin_bins"), [(0, 0, 0), (2, 250, 0)])
def test_tile_grid__one_bin_has_the_context_that_there_is(crop_bins, context_bp, margin_bins):
    model = SimpleNamespace(window_bp=1000, bin_bp=1000 // (2 * crop_bins + 1), crop_bins=crop_bins)
    grid = TileGrid.of(model)
    assert (grid.context_bp, grid.margin_bins, grid.keep_bins) == (context_bp, margin_bins, 1)
