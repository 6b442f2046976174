import pytest

from senformer.core.errors import DataError
from senformer.genome.variant_record import REASONS, VariantRecord, VariantText, allele_kind, make_record


@pytest.mark.parametrize(
    ("ref", "alt", "kinds"),
    [
        ("A", "C", [""]), ("A", "C,G", ["", ""]), ("A", "C,<DEL>", ["", "symbolic"]),
        ("A", "C,*", ["", "spanning_deletion"]), ("A", "C,C", ["", ""]), ("A", ".", ["no_alternate"]),
        ("A", "*", ["spanning_deletion"]), ("A", "<DEL>", ["symbolic"]), ("A", "<DUP:TANDEM>", ["symbolic"]),
        ("N", "<INS>", ["symbolic"]), ("A", "<INV>", ["symbolic"]), ("A", "<CN0>", ["symbolic"]),
        ("A", "<NON_REF>", ["symbolic"]), ("A", "<*>", ["symbolic"]), ("G", "G]17:198982]", ["breakend"]),
        ("G", "]13:123456]G", ["breakend"]), ("G", "[chr2:5[G", ["breakend"]),
        ("G", "G[<ctg1>:7[", ["breakend"]), ("G", ".G", ["breakend"]), ("G", "G.", ["breakend"]),
        ("A", "N", ["not_acgt"]), ("A", "R", ["not_acgt"]), ("R", "A", ["not_acgt"]),
        ("N", "A", ["not_acgt"]),
        ("AN", "A", ["not_acgt"]), ("NA", "N", [""]), ("N", "NA", [""]), ("AN", "CN", [""]),
        ("R", "N", ["not_acgt"]),
        ("A", "A", ["alt_is_ref"]), ("AC", "AC", ["alt_is_ref"]), ("A", "AC", [""]), ("AC", "A", [""]),
        ("AC", "GT", [""]),
    ],
)  # fmt: skip
def test_kinds__every_class(ref, alt, kinds):
    found = VariantRecord(3, "chr1", 9, "", ref, alt)
    assert found.kinds == kinds == [allele_kind(ref, one) for one in found.alleles]
    assert {"", *REASONS}.issuperset(kinds)


def test_key__long_alleles_are_cut():
    record = VariantRecord(1, "chr1", 0, "", "A" * 500, "C,G")
    assert record.key == "chr1:1:" + "A" * 50 + "...>C,G"
    assert record.key_of("G") == "chr1:1:" + "A" * 50 + "...>G"


def test_where__names_file_line_and_place():
    record = VariantRecord(7, "chr1", 9, "", "A", "C")
    assert VariantText("x.vcf", [record]).where(record) == "x.vcf line 7 (chr1:10)"
    assert VariantText("variants", [record], unit="row").where(record) == "variants row 7 (chr1:10)"


def test_make_record__capitals_and_no_id():
    assert make_record(2, "x line 2", ("1", "5", ".", "a", "c,<del>,t[chr2:5[")) == VariantRecord(
        2, "1", 4, "", "A", "C,<del>,T[chr2:5["
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (("", "1", ".", "A", "C"), "E222"),
        (("1", "1e3", ".", "A", "C"), "E222"),
        (("1", "1", ".", "-", "C"), "E224"),
        (("1", "1", ".", "A", "A/C"), "E224"),
    ],
)
def test_make_record__what_cannot_be_is_refused(fields, code):
    with pytest.raises(DataError, match="x line 2: ") as fault:
        make_record(2, "x line 2", fields)
    assert fault.value.code == code
