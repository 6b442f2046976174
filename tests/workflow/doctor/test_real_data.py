"""No false alarm on measured files that are right, and the known faults of those that are not."""

import pytest

from senformer.workflow.doctor.doctor import examine
from senformer.workflow.doctor.inputs import Asked

pytestmark = pytest.mark.real_data


def _found(**asked):
    return [(finding.severity, finding.code) for finding in examine(Asked(**asked)).findings]


def test_examine__yeast_with_30_tracks_has_a_note_alone(shared_data):
    folder = shared_data / "sacCer3"
    assert _found(genome=folder / "sacCer3.fa.gz", tracks=folder / "tracks.tsv") == [("note", "E324")]


def test_examine__fly_with_both_strands_is_clean_but_for_what_it_lacks(shared_data, tmp_path):
    folder = shared_data / "dm6_chr4"
    rows = ["index\tname\tfile\tstrand\tstrand_pair"]
    rows += [
        f"{i}\tPRO_{n}\t{folder}/PROseq_{n}.bw\t{s}\t{1 - i}"
        for i, (n, s) in enumerate([("plus", "+"), ("minus", "-")])
    ]
    (tmp_path / "t.tsv").write_text("\n".join(rows) + "\n")
    report = examine(Asked(genome=folder / "dm6_chr4.fa.gz", tracks=tmp_path / "t.tsv"))
    [lacking] = report.findings
    assert (lacking.severity, lacking.code) == ("warning", "E453")
    assert "lacks 6 of the 7 chromosomes of dm6: chr2L, chr2R, chr3L" in lacking.found
    assert report.checked["genome"]["assembly"] == "dm6"


def test_examine__human_peaks_and_blacklist_are_clean(shared_data):
    folder = shared_data / "hg38_chr1_10mb"
    for bed in ("blacklist.bed", "peaks/ENCFF073ORT.narrowPeak"):
        assert _found(genome=folder / "chr1_0_10000000.fa.gz", regions=folder / bed) == []


@pytest.mark.slow
def test_examine__peak_sequences_are_no_genome(shared_data):
    assert _found(genome=shared_data / "ctcf_pu1" / "ctcf.fa.gz") == [
        ("warning", "E791"),
        ("warning", "E792"),
    ]


@pytest.mark.parametrize(("name", "expected"), [("eqtl", []), ("eqtl_flip", [("error", "E221")])])
def test_examine__variants_with_the_header_line_that_they_lack(shared_data, tmp_path, name, expected):
    folder = shared_data / "basenji_tiny"
    first, *lines = (folder / "snp" / f"{name}.vcf").read_text().splitlines()
    header = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    rows = ["\t".join([*line.split("\t"), "."][:8]) for line in lines]
    (tmp_path / "v.vcf").write_text("\n".join([first, header, *rows]) + "\n")
    genome = folder / "hg38_1m.fa.gz"
    assert _found(genome=genome, variants=tmp_path / "v.vcf") == expected
    assert _found(genome=genome, variants=folder / "snp" / f"{name}.vcf") == [("error", "E225")]
