import os

import pysam
import pytest

from senformer.core.errors import DataError
from senformer.genome.vcf_index import find_index, read_near

HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
RECORDS = [
    ("a", 5, "A"),
    ("a", 9, "ACGTACGTAC"),
    ("a", 14, "A"),
    ("a", 40, "C"),
    ("b", 3, "G"),
    ("b", 70, "G"),
]


def pack(path, records, tail=""):
    """Write records (chromosome, position, REF) as a bgzipped VCF."""
    rows = [f"{chrom}\t{position}\t{tail}\t{ref}\tT\t.\t.\t.\n" for chrom, position, ref in records]
    path.with_suffix(".txt").write_text(HEAD + "".join(rows))
    pysam.tabix_compress(str(path.with_suffix(".txt")), str(path), force=True)
    return path


@pytest.fixture
def vcf(tmp_path):
    path = pack(tmp_path / "v.vcf.gz", RECORDS)
    pysam.tabix_index(str(path), preset="vcf")
    return path


def read(path, places):
    return list(read_near(path, find_index(path), lambda name: places.get(name, [])))


def test_read_near__each_record_that_overlaps_once_and_in_the_order_of_the_file(vcf):
    found = read(vcf, {"b": [(0, 3)], "a": [(4, 5), (10, 12), (13, 16), (16, 30), (38, 39)]})
    places = [where.removeprefix(f"{vcf} ") for where, _ in found]
    assert places == ["a:5", "a:9", "a:14", "b:3"]
    assert found[1][1] == "a\t9\t\tACGTACGTAC\tT\t.\t.\t."
    assert read(vcf, {"c": [(0, 9)]}) == []


def test_find_index__none_without_one_of_a_file_that_changed_or_beside_plain_text(vcf, caplog):
    assert find_index(vcf) == vcf.with_name("v.vcf.gz.tbi")
    text = vcf.with_name("p.vcf")
    text.write_text(HEAD)
    text.with_name("p.vcf.tbi").write_bytes(b"x")
    assert find_index(text) is None
    assert find_index(pack(vcf.with_name("other.vcf.gz"), RECORDS)) is None
    assert not caplog.records
    os.utime(vcf.with_name("v.vcf.gz.tbi"), ns=(0, vcf.stat().st_mtime_ns - 1))
    assert find_index(vcf) is None
    assert "v.vcf.gz.tbi is older than its file, which is read as a whole" in caplog.text


def test_find_index__an_old_one_does_not_hide_a_newer_of_the_other_kind(vcf):
    pysam.tabix_index(str(vcf), preset="vcf", csi=True)
    stale, fresh = (vcf.with_name(f"v.vcf.gz.{ending}") for ending in ("csi", "tbi"))
    for index, age_ns in ((stale, 1), (fresh, 0)):
        os.utime(index, ns=(0, vcf.stat().st_mtime_ns - age_ns))
    assert find_index(vcf) == fresh


def test_read_near__a_damaged_index_and_one_of_another_file_are_named(vcf):
    index = vcf.with_name("v.vcf.gz.tbi")
    pack(vcf, [("b", place, "A") for place in range(1, 3000)], "x" * 90)
    os.utime(index)
    with pytest.raises(DataError, match=r"v\.vcf\.gz\.tbi: leads to no record of a") as caught:
        read(vcf, {"a": [(0, 50)]})
    assert caught.value.code == "E263"
    index.write_bytes(b"no index")
    with pytest.raises(DataError, match=r"v\.vcf\.gz\.tbi: is no index of v\.vcf\.gz") as caught:
        read(vcf, {"a": [(0, 50)]})
    assert caught.value.code == "E263"


def test_read_near__damage_in_the_file_is_named(tmp_path):
    path = pack(tmp_path / "v.vcf.gz", [("a", place, "A") for place in range(1, 9000)])
    pysam.tabix_index(str(path), preset="vcf")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(raw)
    os.utime(f"{path}.tbi")
    with pytest.raises(DataError, match=r"a:0-9000: cannot be read by its index") as caught:
        read(path, {"a": [(0, 9000)]})
    assert caught.value.code == "E228"
