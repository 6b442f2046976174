import gzip
import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pysam
import pytest
from tests.variants.toy import DEFAULT, TRACKS

from senformer.core.errors import DataError, UsageError
from senformer.genome.bgzf import is_bgzf
from senformer.genome.variant import Origin, Variant
from senformer.genome.variant_formats import parse_variants
from senformer.variants.genes import Gene
from senformer.variants.masks import parse_scorer
from senformer.variants.measure import VariantScores
from senformer.variants.output import write_scores
from senformer.variants.part_file import write_part
from senformer.variants.sheet import Sheet
from senformer.variants.table import score_table, track_frame, track_labels
from senformer.variants.writers.vcf import check_vcf, info_key

TEXT = """##fileformat=VCFv4.2
##contig=<ID=chrA,length=65>
##contig=<ID=chrB,length=11>
##INFO=<ID=AF,Number=A,Type=Float,Description="frequency">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1
chrA\t10\trs7\tA\tC,<DEL>,G\t50\tPASS\tAF=0.1,0.2,0.3\tGT\t0/1
chrA\t12\t.\tA\tT\t.\t.\t.\tGT\t1|0
chrB\t5\t.\tG\t<DUP>\t.\tq10\tAF=0.5\tGT\t./.
"""


def variant(position, alt, line, allele):
    return Variant("chrA", position - 1, "A", alt, "", origin=Origin(line, allele, position, "A", alt))


SCORED = [
    VariantScores(variant(10, "C", 7, 1), 0, np.array([[1.0, -20.0, 3.0], [0.1, 0.2, 0.3]])),
    VariantScores(variant(10, "G", 7, 3), 0, np.array([[5.0, 2.0, 3.0], [0.1, -0.2, 0.125]])),
    VariantScores(variant(12, "T", 8, 1), 0, np.array([[0.0, 0.0, 0.0], [-0.1, -0.2, -0.3]])),
]


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in.vcf").write_text(TEXT)
    return tmp_path / "in.vcf"


def sheet_of(folder, source, scored=SCORED, scorers=DEFAULT, tracks=TRACKS, beside=()):
    frame = track_frame(tracks, len(tracks))
    sheet = Sheet([folder / "0.parquet"], scorers, frame, beside, source=source)
    write_part(sheet.parts[0], score_table(scored, "toy", frame, scorers), sheet.schema)
    return sheet


def infos(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    fields = [line.split("\t")[7] for line in lines]
    return [dict(item.partition("=")[::2] for item in field.split(";")) for field in fields]


def test_write_vcf__largest_track_of_every_allele(tmp_path, source):
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source))
    first, second, third = infos(tmp_path / "out.vcf")
    assert first["AF"] == "0.1,0.2,0.3"
    assert first["SENFORMER_SAD"] == "-20,.,5"
    assert first["SENFORMER_SAD_TRACK"] == "cage%20minus,.,cage%20plus"
    assert first["SENFORMER_SAR"] == "0.3,.,-0.2"
    assert first["SENFORMER_SAR.dnase"] == "0.3,.,0.125"
    assert second["SENFORMER_SAR"] == "-0.3"
    assert "." not in second
    assert third == {"AF": "0.5"}


def test_write_vcf__names_of_tracks_are_made_once_not_for_every_record(tmp_path, source, monkeypatch):
    asked = []

    def counted(tracks):
        asked.append(len(tracks))
        return track_labels(tracks)

    monkeypatch.setattr("senformer.variants.sheet.track_labels", counted)
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source))
    assert len(infos(tmp_path / "out.vcf")) == 3
    assert asked == [len(TRACKS)]


def test_write_vcf__all_else_is_kept(tmp_path, source):
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source))
    kept = [line for line in (tmp_path / "out.vcf").read_text().splitlines() if "ID=SENFORMER" not in line]
    for old, new in zip(TEXT.splitlines(), kept, strict=True):
        if old.startswith("#"):
            assert new == old
        else:
            assert [*new.split("\t")[:7], *new.split("\t")[8:]] == [
                *old.split("\t")[:7],
                *old.split("\t")[8:],
            ]


@pytest.mark.parametrize("cut", [[[0, 2], [1]], [[0], [2], [1]], [[0, 1], [2]]])
def test_write_vcf__parts_are_as_one_where_windows_are_shared_across_lines(tmp_path, source, cut):
    write_scores(tmp_path / "whole.vcf", sheet_of(tmp_path, source))
    sheet = sheet_of(tmp_path, source)
    parts = [tmp_path / f"part_{number}.parquet" for number in range(len(cut))]
    for part, rows in zip(parts, cut, strict=True):
        table = score_table([SCORED[row] for row in rows], "toy", sheet.tracks, DEFAULT)
        write_part(part, table, sheet.schema)
    write_scores(tmp_path / "parts.vcf", replace(sheet, parts=parts))
    assert (tmp_path / "parts.vcf").read_bytes() == (tmp_path / "whole.vcf").read_bytes()


@pytest.mark.parametrize("ending", [".vcf", ".vcf.gz"])
def test_write_vcf__pysam_reads_declared_types(tmp_path, source, ending):
    write_scores(tmp_path / f"out{ending}", sheet_of(tmp_path, source))
    assert is_bgzf(tmp_path / f"out{ending}") == ending.endswith("gz")
    with pysam.VariantFile(str(tmp_path / f"out{ending}")) as file:
        records = list(file)
    np.testing.assert_allclose(records[1].info["SENFORMER_SAR"], [-0.3], rtol=1e-6)
    assert records[0].info["SENFORMER_SAD"] == (-20, None, 5)
    assert records[0].info["SENFORMER_SAD_TRACK"] == ("cage%20minus", ".", "cage%20plus")


@pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not installed")
@pytest.mark.parametrize("ending", [".vcf", ".vcf.gz"])
def test_write_vcf__passes_bcftools(tmp_path, source, ending):
    write_scores(tmp_path / f"out{ending}", sheet_of(tmp_path, source))
    answer = subprocess.run(
        ["bcftools", "query", "-f", "%POS %INFO/SENFORMER_SAR %INFO/AF\n", str(tmp_path / f"out{ending}")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.splitlines() == ["10 0.3,.,-0.2 0.1,0.2,0.3", "12 -0.3 .", "5 . 0.5"]
    viewed = subprocess.run(
        ["bcftools", "view", str(tmp_path / f"out{ending}")], capture_output=True, text=True, check=True
    )
    assert "q10" in viewed.stderr or not viewed.stderr  # the input's own undeclared filter alone
    assert "SENFORMER" not in viewed.stderr


def test_write_vcf__many_tracks_have_no_keys_of_their_own(tmp_path, source):
    tracks = [{"name": f"t{n}"} for n in range(11)]
    scored = [replace(SCORED[0], values=np.arange(22.0).reshape(2, 11))]
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source, scored, tracks=tracks))
    first = infos(tmp_path / "out.vcf")[0]
    assert first["SENFORMER_SAR"] == "21,.,."
    assert set(first) == {
        "AF",
        *(info_key(name, *more) for name in ("SAD", "SAR") for more in ((), ("TRACK",))),
    }


def test_write_vcf__gene_and_spread(tmp_path, source):
    scorers = [parse_scorer("SAR@tss")]
    blank, gene = np.full((1, 3), np.nan), Gene("G;1", "ABC", "+", 3)
    rows = [
        replace(SCORED[0], values=np.array([[0.1, 0.2, 0.3]]), gene=gene, spread=np.array([[0.5, 0.6, 0.7]])),
        replace(
            SCORED[0], values=np.array([[-9.0, 0, 0]]), gene=replace(gene, id="G2"), spread=np.ones((1, 3))
        ),
        replace(SCORED[2], values=blank, spread=blank),
    ]
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source, rows, scorers, beside=["sd"]))
    first, second, _ = infos(tmp_path / "out.vcf")
    assert first["SENFORMER_SAR_tss"] == "-9,.,."
    assert first["SENFORMER_SAR_tss_GENE"] == "G2,.,."
    assert first["SENFORMER_SAR_tss_sd"] == "1,.,."
    assert first["SENFORMER_SAR_tss.dnase"] == "0.3,.,."
    assert first["SENFORMER_SAR_tss.cage_plus"] == "-9,.,."
    assert second == {".": ""}


def test_write_vcf__names_are_not_trusted(tmp_path, source):
    tracks = [
        {**track, "name": name} for track, name in zip(TRACKS, ["a;b=c,d", "e\tf\n", 'g"h\\'], strict=True)
    ]
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source, tracks=tracks))
    with pysam.VariantFile(str(tmp_path / "out.vcf")) as file:
        records = list(file)
    assert records[0].info["SENFORMER_SAD_TRACK"] == ("e%09f%0A", ".", "a%3Bb%3Dc%2Cd")
    assert len(records) == 3


def test_write_vcf__names_that_differ_by_case_alone_are_numbered(tmp_path, source):
    tracks = [{**track, "name": name} for track, name in zip(TRACKS, ["dnase", "DNase", "cage"], strict=True)]
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source, tracks=tracks))
    first = infos(tmp_path / "out.vcf")[0]
    assert {key for key in first if "SAD." in key} == {
        f"SENFORMER_SAD.{name}" for name in ("0_dnase", "1_DNase", "2_cage")
    }


def test_write_vcf__an_empty_column_is_filled(tmp_path, source):
    source.write_text(TEXT.replace("\tAF=0.1,0.2,0.3\t", "\t\t"))
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source))
    assert next(iter(infos(tmp_path / "out.vcf")[0])) == "SENFORMER_SAD"


def test_write_vcf__gzipped_source(tmp_path, source):
    packed = tmp_path / "in.vcf.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, packed))
    assert infos(tmp_path / "out.vcf")[1]["SENFORMER_SAR"] == "-0.3"


def test_check_vcf__a_key_that_is_there_already(tmp_path, source):
    write_scores(tmp_path / "out.vcf", sheet_of(tmp_path, source))
    with pytest.raises(DataError, match=r"has INFO keys of these scores already: SENFORMER_SAD, ") as caught:
        check_vcf(tmp_path / "out.vcf", ["SAD"])
    assert caught.value.code == "E764"
    # The advice takes out all that the scores wrote.
    text, advice = (tmp_path / "out.vcf").read_text(), str(caught.value)
    keys = [key.removeprefix("INFO/") for key in advice.rpartition("-x ")[2].rstrip(".").split(",")]
    assert set(keys) == set(re.findall(r"ID=(SENFORMER_SAD[^,]*)", text))
    left = [line for line in text.splitlines() if not any(f"ID={key}," in line for key in keys)]
    (tmp_path / "left.vcf").write_text("\n".join(left))
    check_vcf(tmp_path / "left.vcf", ["SAD"])
    check_vcf(tmp_path / "out.vcf", ["JS"])


@pytest.mark.parametrize("text", ["chrom\tpos\tref\talt\n", "", "##comment\nchrA:1:A>C\n"])
def test_check_vcf__no_vcf(tmp_path, text):
    (tmp_path / "in.tsv").write_text(text)
    with pytest.raises(UsageError, match="is no VCF, and the output is to be one"):
        check_vcf(tmp_path / "in.tsv", ["SAD"])
    with pytest.raises(UsageError, match="the variants are no file") as caught:
        check_vcf(None, ["SAD"])
    assert caught.value.code == "E766"


@pytest.mark.parametrize(
    ("name", "head"),
    [("in.txt", "##fileformat=VCFv4.2\n"), ("in.vcf", "##fileformat=VCFv4.2\n"), ("in.vcf", "")],
)
def test_check_vcf__a_vcf_without_its_header_line_is_for_the_reader_to_name(tmp_path, name, head):
    (tmp_path / name).write_text(head + "chrA\t10\t.\tA\tC\t.\t.\t.\n")
    check_vcf(tmp_path / name, ["SAD"])
    with pytest.raises(DataError, match=r"records begin before the header line #CHROM"):
        parse_variants(tmp_path / name)
