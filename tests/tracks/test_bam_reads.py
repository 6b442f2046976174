"""Faults of BAM files, and depth from stretches."""

import gzip
import subprocess
import sys

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.track_format import TOY_SIZES
from tests.tracks.toy_bam import write_bam

from senformer.core.errors import DataError
from senformer.tracks.bam import open_bam
from senformer.tracks.bam_reads import depth_runs


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=15))
def test_depth_runs__is_the_count_at_every_base(stretches):
    expected = np.zeros(30)
    for start, length in stretches:
        expected[start : start + length] += 1
    starts = np.array([start for start, _ in stretches], dtype=np.int64)
    ends = starts + np.array([length for _, length in stretches], dtype=np.int64)
    found, last = np.zeros(30), -1
    for low, high, value in zip(*depth_runs(starts, ends), strict=True):
        assert last <= low < high
        found[low:high], last = value, high
    np.testing.assert_array_equal(found, expected)


def _refused(path, code, message, options=""):
    with pytest.raises(DataError, match=message) as caught:
        open_bam(path, None, options)
    assert caught.value.code == code


def test_parse_bam__unsorted_is_refused(tmp_path):
    reads = [{"chrom": chrom, "start": start} for chrom, start in (("chr1", 20), ("chr1", 3))]
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, reads, is_sorted=False)
    _refused(path, "E372", r"read 2 \(r1\): chr1:3 \(0-based\) comes after a read further on")
    reads = [{"chrom": chrom, "start": 3} for chrom in ("chr3", "chr1")]
    path = write_bam(tmp_path / "b.bam", TOY_SIZES, reads, is_sorted=False)
    _refused(path, "E372", r"Sort it by coordinate \(samtools sort\)")


def test_parse_bam__reads_without_a_place_stand_last(tmp_path):
    plain = write_bam(tmp_path / "a.bam", TOY_SIZES, [{"chrom": "chr1", "start": 3}])
    with pysam.AlignmentFile(str(plain)) as handle:
        header, (read,) = handle.header, [*handle]
    for order, name in ((1, "b.bam"), (-1, "c.bam")):
        with pysam.AlignmentFile(str(tmp_path / name), "wb", header=header) as out:
            for number, start in [(0, 3), (-1, -1), (-1, -1)][::order]:
                read.reference_id, read.reference_start = number, start
                read.flag = 0 if number == 0 else 4
                out.write(read)
    assert open_bam(tmp_path / "b.bam").facts["n_flags"] == 2
    _refused(tmp_path / "c.bam", "E372", "comes after a read further on")


def test_parse_bam__other_kinds_of_file(tmp_path):
    path = tmp_path / "a.bam"
    for content, message in (
        (b"CRAM\3\0", "is CRAM, which is not read"),
        (b"@HD\tVN:1.6\n", "is no BAM file"),
    ):
        path.write_bytes(content)
        _refused(path, "E370", message)
    with pysam.BGZFile(str(path), "wb") as handle:
        handle.write(b"chr1\t1\t2\n")
    _refused(path, "E370", "is no BAM file")


def test_parse_bam__cut_or_damaged(tmp_path):
    reads = [{"chrom": "chr1", "start": 3}] * 900
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, reads)
    whole = path.read_bytes()
    for content in (whole[:-28], whole[: len(whole) // 2], whole[:400] + b"\xff" * 9 + whole[409:]):
        path.write_bytes(content)
        _refused(path, "E371", "damaged or cut short")


def test_parse_bam__a_read_outside_its_chromosome(tmp_path):
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, [{"chrom": "chr1", "start": 45}])
    _refused(path, "E371", r"read 1 \(r0\): chr1:45-55 \(0-based\) is not inside its 50 bp")


def test_parse_bam__nothing_to_count(tmp_path):
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, [{"chrom": "chr1", "start": 5, "mapq": 3}])
    _refused(path, "E374", r"none of its 1 reads is counted \(mapq 1\)", "min_mapq=4")
    _refused(path, "E374", r"no_fragment 1", "ends=fragment")
    path = write_bam(tmp_path / "b.bam", {}, [])
    _refused(path, "E373", "lists no chromosome")


def test_parse_bam__a_header_that_is_cut_or_wrong(tmp_path):
    whole = gzip.decompress(write_bam(tmp_path / "a.bam", TOY_SIZES, []).read_bytes())
    path = tmp_path / "b.bam"
    for content in (whole[:6], whole[:20], whole[:-2], whole[:4] + b"\xff" * 4 + whole[8:]):
        with pysam.BGZFile(str(path), "wb") as handle:
            handle.write(content)
        _refused(path, "E371", "is damaged or cut short")


@pytest.mark.slow
def test_parse_bam__damage_makes_no_noise(tmp_path):
    path = write_bam(tmp_path / "a.bam", TOY_SIZES, [{"chrom": "chr1", "start": 3}])
    content = bytearray(path.read_bytes())
    content[16] ^= 32  # the size of the first block
    path.write_bytes(content)
    code = f"from senformer.tracks.bam import open_bam; open_bam({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Closing failed" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("senformer.core.errors.DataError")
    assert "is damaged or cut short" in done.stderr
