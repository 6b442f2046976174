"""Names and cuts of the stored arrays."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.dataset import layout


@pytest.mark.parametrize("chrom", ["chrI", "HLA-A*01:01", "a/b", "..", ".", "x y", "naïve%"])
def test_shard_name__is_one_safe_path_part(chrom: str) -> None:
    name = layout.shard_name(chrom)
    assert "/" not in name
    assert not name.startswith(".")


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=6))
def test_shard_name__never_merges_two_chromosomes(chroms: list[str]) -> None:
    assert len({layout.shard_name(chrom) for chrom in chroms}) == len(chroms)


@settings(deadline=None)
@given(
    n_bins=st.integers(1, 3_000_000),
    n_tracks=st.integers(1, 8000),
    itemsize=st.sampled_from([2, 4]),
    bin_bp=st.sampled_from([1, 32, 128]),
)
def test_target_grid__shards_hold_whole_chunks_and_fit_memory(
    n_bins: int, n_tracks: int, itemsize: int, bin_bp: int
) -> None:
    grid = layout.target_grid(n_bins, n_tracks, itemsize, bin_bp)
    assert 1 <= grid.chunk <= grid.shard
    assert grid.shard % grid.chunk == 0
    assert grid.shard < n_bins + grid.chunk
    assert grid.shard * n_tracks * itemsize <= 1 << 27 or grid.shard == grid.chunk


def test_sequence_grid__short_chromosome_is_one_chunk() -> None:
    assert layout.sequence_grid(2500) == layout.Grid(2500, 2500)


def test_sequence_grid__long_chromosome_is_cut() -> None:
    assert layout.sequence_grid(248_956_422) == layout.Grid(1 << 16, 1 << 24)


def test_window_schema__declares_integers_in_bp() -> None:
    schema = layout.WINDOW_SCHEMA.arrow()
    assert schema.field("start").type == pa.int64()
    assert schema.field("start").metadata[b"unit"] == b"bp"


def test_store_page__names_every_file_column_and_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explain" / "dataset-store.md").read_text(encoding="utf-8")
    files = ["HEADER", "MANIFEST", "DONE", "STATISTICS", "WINDOWS", "TRACK_TABLE", "GENOME", "TRACKS", "BINS"]
    for name in (*(getattr(layout, file) for file in files), *layout.BIN_FIELDS):
        assert f"`{name}" in page
    for column in layout.WINDOW_SCHEMA.columns:
        assert f"| `{column.name}` | {column.dtype} |" in page
    assert f"`format` in `dataset.json` is {layout.FORMAT}." in page


def test_pack_contigs__only_where_very_many_are_short() -> None:
    yeast = {f"chr{number}": 230_218 + 80_000 * number for number in range(16)} | {"chrM": 85_779}
    human = {f"chr{number}": 50_000_000 for number in range(24)} | {f"chrUn_{n}": 40_000 for n in range(430)}
    assert layout.pack_contigs(yeast, 30, 4, 128) == layout.pack_contigs(human, 5313, 4, 128) == {}


def test_pack_contigs__long_ones_stay_alone_and_names_are_new() -> None:
    sizes = {"chr1": 9_000_000, "pack7": 300, "pack": 400, **{f"s{n}": 2000 for n in range(998)}}
    assert layout.pack_contigs(sizes, 1, 4, 32) == {"pack_0": [chrom for chrom in sizes if chrom != "chr1"]}
    del sizes["pack"]
    assert layout.pack_contigs(sizes, 1, 4, 32) == {}


@settings(deadline=None, max_examples=25)
@given(
    n_tracks=st.sampled_from([1, 30, 5313]),
    itemsize=st.sampled_from([2, 4]),
    bin_bp=st.sampled_from([1, 32, 128]),
    sizes=st.lists(st.integers(128, 270_000), min_size=1, max_size=9),
)
def test_pack_contigs__every_pack_is_one_shard(
    n_tracks: int, itemsize: int, bin_bp: int, sizes: list[int]
) -> None:
    chrom_sizes = {f"s{number}": sizes[number % len(sizes)] for number in range(1500)}
    packs = layout.pack_contigs(chrom_sizes, n_tracks, itemsize, bin_bp)
    packed = [contig for contigs in packs.values() for contig in contigs]
    assert packed == [chrom for chrom in chrom_sizes if chrom in set(packed)]
    for contigs in packs.values():
        n_bases = sum(chrom_sizes[contig] for contig in contigs)
        n_bins = sum(chrom_sizes[contig] // bin_bp for contig in contigs)
        assert layout.sequence_grid(n_bases).shard >= n_bases
        assert layout.target_grid(n_bins, n_tracks, itemsize, bin_bp).shard >= n_bins
