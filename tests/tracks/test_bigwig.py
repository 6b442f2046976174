"""The bigWig format: the contract of every format, and agreement with a second reader."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES, check_track_format
from tests.tracks.toy import peer_chroms, random_blocks, read_peer_bigwig, write_peer_bigwig

from senformer.tracks import FORMATS
from senformer.tracks.bigwig import open_bigwig, write_bigwig


def test_open_bigwig__holds_the_contract(tmp_path):
    path = write_peer_bigwig(tmp_path / "toy.bw", TOY_SIZES, TOY_ENTRIES)
    check_track_format(FORMATS["bigwig"], path)


def test_open_bigwig__agrees_with_pybigwig_on_random_windows(tmp_path):
    sizes = {"chr1": 4_001, "chr2": 350, "chr10": 1_777}
    blocks, _ = random_blocks(3, sizes, 7)
    write_bigwig(tmp_path / "t.bw", sizes, blocks, 7)
    reader, rng = open_bigwig(tmp_path / "t.bw"), np.random.default_rng(4)
    for _ in range(300):
        chrom = str(rng.choice(list(sizes)))
        start = int(rng.integers(0, sizes[chrom]))
        end = int(rng.integers(start + 1, sizes[chrom] + 1))
        np.testing.assert_array_equal(
            reader.values(chrom, start, end), read_peer_bigwig(tmp_path / "t.bw", chrom, start, end)
        )


@settings(max_examples=12, deadline=None)
@given(
    bin_bp=st.integers(1, 40),
    sizes=st.dictionaries(
        st.text("abcXY_.19", min_size=1, max_size=9), st.integers(1, 900), min_size=1, max_size=7
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_write_bigwig__reads_back_the_same(tmp_path_factory, bin_bp, sizes, seed):
    path = tmp_path_factory.mktemp("round") / "t.bw"
    blocks, bases = random_blocks(seed, sizes, bin_bp)
    write_bigwig(path, sizes, blocks, bin_bp)
    reader = open_bigwig(path)
    assert reader.chrom_sizes == peer_chroms(path) == sizes
    for chrom, size in sizes.items():
        np.testing.assert_array_equal(reader.values(chrom, 0, size), bases[chrom])
        np.testing.assert_array_equal(read_peer_bigwig(path, chrom, 0, size), bases[chrom])


@pytest.mark.slow
@pytest.mark.real_data
def test_open_bigwig__ten_thousand_windows_of_real_tracks(shared_data: Path):
    rng = np.random.default_rng(5)
    files = sorted((shared_data / "sacCer3" / "tracks").glob("*.bw"))
    assert len(files) == 30
    for file in files:
        reader = open_bigwig(file)
        for _ in range(334):
            chrom = str(rng.choice(list(reader.chrom_sizes)))
            start = int(rng.integers(0, reader.chrom_sizes[chrom] - 1))
            end = min(start + int(rng.integers(1, 5_000)), reader.chrom_sizes[chrom])
            np.testing.assert_array_equal(
                reader.values(chrom, start, end), read_peer_bigwig(file, chrom, start, end)
            )
