import numpy as np
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import CHROM_SIZES, variants

from senformer.genome.variant import Variant
from senformer.genome.vcf_write import write_vcf

VARIANTS = [
    Variant("chr2", 300, "A", "C"),
    Variant("chr1", 0, "A", "G", "rs1"),
    Variant("chr1", 0, "AC", "A"),
]
INFO = [
    {"EFFECT": 0.25, "KIND": "break", "N": 3},
    {"EFFECT": np.float32(-1e-7), "KIND": "control", "N": np.int64(4)},
    {"EFFECT": float("nan"), "KIND": None, "N": 5},
]


@pytest.mark.parametrize("name", ["x.vcf", "x.vcf.gz"])
def test_write_vcf__htslib_reads_it(tmp_path, name, capfd):
    write_vcf(tmp_path / name, VARIANTS, CHROM_SIZES, INFO, descriptions={"KIND": 'what was "done"'})
    with pysam.VariantFile(str(tmp_path / name)) as found:
        assert (
            dict(zip(found.header.contigs, (c.length for c in found.header.contigs.values()), strict=True))
            == CHROM_SIZES
        )
        assert [found.header.info[key].type for key in ("EFFECT", "KIND", "N")] == [
            "Float",
            "String",
            "Integer",
        ]
        assert found.header.version == "VCFv4.2"
        records = list(found)
    assert [(r.chrom, r.pos, r.id, r.ref, r.alts) for r in records] == [
        ("chr1", 1, "rs1", "A", ("G",)),
        ("chr1", 1, None, "AC", ("A",)),
        ("chr2", 301, None, "A", ("C",)),
    ]
    assert records[0].info["EFFECT"] == pytest.approx(-1e-7)
    assert (records[2].info["EFFECT"], records[2].info["KIND"], records[2].info["N"]) == (0.25, "break", 3)
    assert records[1].info["EFFECT"] is None
    assert "[W::" not in capfd.readouterr().err


def test_write_vcf__text_line_by_line(tmp_path):
    write_vcf(tmp_path / "x.vcf", VARIANTS[:1], {"chr2": 301}, [{"EFFECT": 1.5}])
    assert (tmp_path / "x.vcf").read_text() == (
        "##fileformat=VCFv4.2\n##contig=<ID=chr2,length=301>\n"
        '##INFO=<ID=EFFECT,Number=1,Type=Float,Description="EFFECT">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr2\t301\t.\tA\tC\t.\t.\tEFFECT=1.5\n"
    )


def test_write_vcf__no_variants_and_no_info(tmp_path):
    write_vcf(tmp_path / "x.vcf", [], CHROM_SIZES)
    write_vcf(tmp_path / "y.vcf", VARIANTS, CHROM_SIZES)
    with pysam.VariantFile(str(tmp_path / "y.vcf")) as found:
        assert [len(record.info) for record in found] == [0, 0, 0]
    assert (tmp_path / "x.vcf").read_text().endswith("INFO\n")


def test_write_vcf__same_bytes_every_time(tmp_path):
    for name in ("a.vcf.gz", "b.vcf.gz"):
        write_vcf(tmp_path / name, VARIANTS, CHROM_SIZES, INFO)
    assert (tmp_path / "a.vcf.gz").read_bytes() == (tmp_path / "b.vcf.gz").read_bytes()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(variants(), max_size=9))
def test_write_vcf__sorted_and_whole(tmp_path, wanted):
    write_vcf(tmp_path / "x.vcf", wanted, CHROM_SIZES)
    with pysam.VariantFile(str(tmp_path / "x.vcf")) as found:
        back = [Variant(r.chrom, r.start, r.ref, r.alts[0]) for r in found]
    assert sorted(back) == sorted(wanted)
    assert [(v.chrom, v.start) for v in back] == sorted((v.chrom, v.start) for v in back)


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"A KEY": 1}, "INFO cannot have a key 'A KEY'"),
        ({"KIND": "a b"}, "INFO cannot hold 'a b': spaces and ; = , % are not allowed"),
        ({"KIND": "a;b"}, "INFO cannot hold 'a;b'"),
        ({"KIND": ""}, "INFO cannot hold ''"),
    ],
)
def test_write_vcf__info_that_cannot_be(tmp_path, info, message):
    with pytest.raises(ValueError, match=message):
        write_vcf(tmp_path / "x.vcf", VARIANTS[:1], CHROM_SIZES, [info])
    assert list(tmp_path.iterdir()) == []


def test_write_vcf__variant_beyond_its_chromosome(tmp_path):
    with pytest.raises(ValueError, match="chr2:302:A>C lies beyond the 301 bp of its chromosome"):
        write_vcf(tmp_path / "x.vcf", [Variant("chr2", 301, "A", "C")], CHROM_SIZES)
