"""One chromosome under two names in a signal file, in every format that is read as runs."""

import gzip

import pytest
from tests.tracks.toy_bam import write_bam

from senformer.core.errors import DataError
from senformer.tracks.bam import open_bam
from senformer.tracks.bedgraph import open_bedgraph
from senformer.tracks.peaks import open_peaks
from senformer.tracks.two_names import refuse_two_names

_SIZES = {"chr1": 50, "chr2": 9}


def test_refuse_two_names__of_a_bedgraph_both_lines(tmp_path):
    path = tmp_path / "a.bdg"
    path.write_text(
        "track type=bedGraph\n1\t0\t3\t2\n1\t5\t6\t2\nchr2\t1\t2\t4\nchr1\t3\t5\t2\nchr1\t8\t9\t1\n"
    )
    with pytest.raises(DataError) as caught:
        open_bedgraph(path, _SIZES)
    assert caught.value.code == "E234"
    assert str(caught.value) == (
        f"{path}: '1' (line 2) and 'chr1' (line 5) are both chromosome 'chr1' of the genome. "
        "Use one name for one chromosome, and merge what stands under both."
    )
    with pytest.raises(DataError, match=r"'1' \(line 2\) and 'chr1' \(line 5\)"):
        open_bedgraph(path, _SIZES)  # from the cache, too


def test_refuse_two_names__of_peaks_both_lines(tmp_path):
    path = tmp_path / "a.bed.gz"
    path.write_bytes(gzip.compress(b"#c\nchr1\t3\t5\n\nCHR1\t3\t9\nchr2\t1\t2\n"))
    with pytest.raises(DataError, match=r"'(chr1|CHR1)' \(line (2|4)\) and '(chr1|CHR1)' \(line (2|4)\)"):
        open_peaks(path, _SIZES)


def test_refuse_two_names__of_a_bam_the_header_alone(tmp_path):
    path = write_bam(tmp_path / "a.bam", {"1": 50, "chr1": 50}, [{"chrom": "1", "start": 3}])
    with pytest.raises(DataError, match=r"a.bam: '1' and 'chr1' are both chromosome 'chr1'"):
        open_bam(path, _SIZES)
    assert open_bam(path).chrom_sizes == {"1": 50, "chr1": 50}


def test_refuse_two_names__a_genome_that_has_both_keeps_them_apart(tmp_path):
    path = tmp_path / "a.bdg"
    path.write_text("1\t0\t3\t2\nchr1\t3\t5\t7\n")
    reader = open_bedgraph(path, {"1": 10, "chr1": 50})
    assert reader.values("1", 0, 3).tolist() == [2, 2, 2]
    assert reader.values("chr1", 3, 5).tolist() == [7, 7]


def test_refuse_two_names__names_that_the_genome_lacks_are_let_be(tmp_path):
    refuse_two_names(tmp_path / "not_read", ["5", "chr5", "chr2"], _SIZES, is_text=True)
