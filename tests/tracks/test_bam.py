"""The BAM format: the contract of every format, and counts equal to a slow reader's."""

import os

import numpy as np
import pytest
from tests.contracts.track_format import TOY_SIZES, check_track_format
from tests.oracles.bam_counts import bam_bases
from tests.tracks.toy_bam import random_reads, write_bam

from senformer.core.errors import DataError
from senformer.tracks import open_track
from senformer.tracks.bam import older_indexes, open_bam
from senformer.tracks.signal import check_track, read_signal
from senformer.tracks.track import Track

_SIZES = {"chr2": 2_001, "chr10": 60, "chr1": 350}
_TOY = {"chr1": [(0, 3, 1.0), (10, 12, 2.0), (47, 50, 1.0)], "chr3": [(22, 23, 3.0)]}


def test_open_bam__holds_the_contract(tmp_path):
    reads = [
        {"chrom": chrom, "start": start, "cigar": f"{end - start}M"}
        for chrom, rows in _TOY.items()
        for start, end, n in rows
        for _ in range(int(n))
    ]
    path = write_bam(tmp_path / "toy.bam", TOY_SIZES, reads)
    check_track_format(lambda file: open_bam(file, None, "ends=reads"), path, _TOY)


@pytest.mark.parametrize("ends", ["5prime", "3prime", "reads", "fragment"])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"strand": "+"},
        {"strand": "-", "min_mapq": 30},
        {"shift_plus": 4, "shift_minus": -5},
        {"exclude_flags": 2820, "shift_minus": 7},
    ],
)
def test_open_bam__counts_are_those_of_a_slow_reader(tmp_path, ends, how):
    path = write_bam(tmp_path / "t.bam", _SIZES, random_reads(3, _SIZES, 150))
    options = ";".join(f"{key}={value}" for key, value in (how | {"ends": ends}).items())
    reader, expected = open_bam(path, None, options), bam_bases(path, _SIZES, ends=ends, **how)
    assert reader.chrom_sizes == _SIZES
    for chrom, size in _SIZES.items():
        found = reader.values(chrom, 0, size, uncovered=0.0)
        np.testing.assert_array_equal(found, expected[chrom])
    kept = [
        key for key in ("n_counted", "n_flags", "n_mapq", "n_strand", "n_no_fragment") if key in reader.facts
    ]
    assert sum(reader.facts[key] for key in kept) == reader.facts["n_reads"]


def test_open_bam__what_a_shift_moves_out_is_counted(tmp_path):
    reads = [{"chrom": "chr1", "start": 0}, {"chrom": "chr1", "start": 40, "flag": 16}]
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, reads)
    reader = open_bam(path, None, "shift_plus=-1;shift_minus=1")
    assert (reader.facts["n_outside"], reader.scan()["chr1"].n_covered_bp) == (2, 0)
    reader = open_bam(path, None, "ends=reads;shift_plus=-1;shift_minus=1")
    assert (reader.facts["n_cut"], reader.scan()["chr1"].n_covered_bp) == (2, 18)


def test_open_bam__assembly_is_checked_by_the_header(tmp_path):
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, [{"chrom": "chr1", "start": 3}])
    track = Track(0, "a", path, format="bam")
    reader = open_track(track, chrom_sizes={**TOY_SIZES, "chr1": 51})
    with pytest.raises(DataError, match="chr1 has 50 bp, the genome's chr1 has 51") as caught:
        check_track(track, reader, {**TOY_SIZES, "chr1": 51})
    assert caught.value.code == "E334"
    assert read_signal(track, reader, "chr1", 2, 5).tolist() == [0, 1, 0]


def test_older_indexes__by_either_name(tmp_path):
    path = write_bam(tmp_path / "a.bam", _SIZES, [{"chrom": "chr1", "start": 3}])
    assert older_indexes(path) == []
    names = ["a.bam.bai", "a.bam.csi", "a.bai"]
    for name in names:
        (tmp_path / name).touch()
    assert older_indexes(path) == []
    for name in names:
        os.utime(tmp_path / name, ns=(0, path.stat().st_mtime_ns - 1))
    assert [index.name for index in older_indexes(path)] == names
