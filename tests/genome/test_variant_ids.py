import pytest

from senformer.core.errors import DataError
from senformer.genome.variant_ids import is_id, parse_id, parse_ids


@pytest.mark.parametrize(
    ("text", "chrom", "start", "ref", "alt", "assembly"),
    [
        ("chr22:36201698:A>C", "chr22", 36_201_697, "A", "C", None),
        ("22-36201698-A-C", "22", 36_201_697, "A", "C", None),
        ("chr22_36201698_A_C", "chr22", 36_201_697, "A", "C", None),
        ("chr22_36201698_A_C_b38", "chr22", 36_201_697, "A", "C", "hg38"),
        ("22_36201698_A_C_b37", "22", 36_201_697, "A", "C", "hg19"),
        ("chr1_5_A_C_GRCm39", "chr1", 4, "A", "C", "mm39"),
        ("22:36201698:A:C", "22", 36_201_697, "A", "C", None),
        ("22:36201698_A/C", "22", 36_201_697, "A", "C", None),
        ("chr1:7:acg>a", "chr1", 6, "ACG", "A", None),
        ("chr1:7:A>C,G", "chr1", 6, "A", "C,G", None),
        ("chr1:7:A><DEL>", "chr1", 6, "A", "<DEL>", None),
        ("chr1:7:A>*", "chr1", 6, "A", "*", None),
        ("chrUn_KI270302v1_7_A_C", "chrUn_KI270302v1", 6, "A", "C", None),
        ("HLA-A*01:01:7:A>C", "HLA-A*01:01", 6, "A", "C", None),
        ("NC_000001.11:7:A>C", "NC_000001.11", 6, "A", "C", None),
    ],
)
def test_parse_id__spellings(text, chrom, start, ref, alt, assembly):
    record, found = parse_id(text, 3, "x line 3")
    assert (record.line, record.chrom, record.start, record.ref, record.alt) == (3, chrom, start, ref, alt)
    assert (record.id, found) == (text, assembly)
    assert is_id(text)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("rs12345", "E236", "'rs12345' is an rs number, which gives neither position nor alleles"),
        ("chr1:7", "E236", "'chr1:7' is no id of a variant"),
        ("chr1:7:A>", "E236", "is no id"),
        ("chr1 7 A C", "E236", "is no id"),
        ("NC_000001.11:7:A:C", "E236", "reads like SPDI, whose positions count from 0"),
        ("NC_000001.11:g.7A>C", "E236", "is no id"),
        ("chr1_7_A_C_b99", "E236", "ends in 'b99', which names no assembly that is known"),
        ("chr1:7:X>C", "E224", "REF is 'X'"),
        ("chr 1:7:A>C", "E222", "CHROM is 'chr 1'"),
    ],
)
def test_parse_id__what_is_none_is_refused(text, code, message):
    with pytest.raises(DataError, match=message) as fault:
        parse_id(text, 3, "x line 3")
    assert fault.value.code == code
    assert str(fault.value).startswith("x line 3: ")


def test_parse_ids__comments_ends_of_lines_and_assemblies(tmp_path):
    path = tmp_path / "ids.txt"
    path.write_bytes(b"# mine\r\nchr1:5:A>C\r\nchr1_6_A_C_b38\r\nchr1_7_A_C_b37\nchr1_8_A_C_b38\n\n\n")
    text = parse_ids(path)
    assert [record.line for record in text.records] == [2, 3, 4, 5]
    assert text.assemblies == {"hg38": 3, "hg19": 4}


def test_parse_ids__a_blank_line_between_is_refused(tmp_path):
    path = tmp_path / "ids.txt"
    path.write_text("chr1:5:A>C\n\nchr1:6:A>C\n")
    with pytest.raises(DataError, match=r"ids\.txt line 2: is blank"):
        parse_ids(path)
