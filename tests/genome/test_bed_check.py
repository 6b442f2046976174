import numpy as np
import pytest

from senformer.core.errors import MissingInputError
from senformer.genome.bed import read_bed
from senformer.genome.bed_check import check_bed

SIZES = {"chr1": 1_000, "chr2": 500}


def _bed(tmp_path, *rows):
    path = tmp_path / "r.bed"
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    return path


def test_check_bed__every_bad_line_is_a_finding_and_the_good_ones_stay(tmp_path):
    rows = [
        ("chr1", 0, 10),
        ("chr1", 20, 20),
        ("chr1", "x", 5),
        ("2", 0, 400),
        ("chr2", 450, 501),
        ("chr5", 0, 1),
    ]
    frame, facts, findings = check_bed(_bed(tmp_path, *rows), SIZES)
    assert frame[["chrom", "start", "end", "line"]].to_numpy().tolist() == [
        ["chr1", 0, 10, 1],
        ["chr2", 0, 400, 4],
    ]
    errors = [(f.code, f.where.rpartition(" line ")[2]) for f in findings if f.severity == "error"]
    assert errors == [
        ("E212", "2"),
        ("E211", "3"),
        ("E230", "6"),
        ("E234", str(tmp_path / "r.bed")),
        ("E213", "5"),
    ]
    assert (facts.n_lines, facts.n_regions, facts.n_covered_bp) == (6, 2, 410)


def test_check_bed__agrees_with_the_strict_reader_and_counts_bases_once(tmp_path):
    rng = np.random.default_rng(2)
    rows = []
    for _ in range(300):
        chrom = "chr1" if rng.random() < 0.7 else "chr2"
        start = int(rng.integers(0, SIZES[chrom] - 40))
        rows.append((chrom, start, start + int(rng.integers(1, 40))))
    path = _bed(tmp_path, *rows)
    frame, facts, findings = check_bed(path, SIZES)
    assert not [finding for finding in findings if finding.severity == "error"]
    strict = read_bed(path, SIZES)
    mine = frame.sort_values(["chrom", "start", "end"])[["chrom", "start", "end"]]
    assert mine.to_numpy().tolist() == strict[["chrom", "start", "end"]].to_numpy().tolist()
    covered = {(chrom, base) for chrom, start, end in rows for base in range(start, end)}
    assert facts.n_covered_bp == len(covered)


def test_check_bed__regions_of_other_names_at_one_place_are_a_note(tmp_path):
    rows = [("chr1", 0, 10, "tss1"), ("chr1", 0, 10, "tss2")]
    assert [f.severity for f in check_bed(_bed(tmp_path, *rows), SIZES)[2]] == ["note"]


def test_check_bed__a_missing_file_is_an_error(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        check_bed(tmp_path / "no.bed", SIZES)
