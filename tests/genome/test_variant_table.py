import pytest

from senformer.core.errors import DataError
from senformer.genome.variant_record import VariantRecord
from senformer.genome.variant_table import find_columns, is_header, parse_table


def write(tmp_path, text: str):
    path = tmp_path / "variants.tsv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "header",
    [
        "chrom\tpos\tref\talt\tid",
        "CHR\tPOS\tREF\tALT\tID",
        "chr\tpos\tallele1\tallele2\tvariant_id",
        "#chrom\tposition\tref_allele\talt_allele\trsid",
        "chromosome\tposition\treference\talternate\tsnp",
    ],
)
def test_parse_table__names_of_columns(tmp_path, header):
    text = parse_table(write(tmp_path, f"{header}\nchr1\t5\ta\tC,G\trs1\n\n"))
    assert text.records == [VariantRecord(2, "chr1", 4, "rs1", "A", "C,G")]


def test_parse_table__columns_in_any_order_others_passed_over(tmp_path):
    path = write(tmp_path, "##made by hand\nbeta\talt\tpos\tref\tchrom\n0.5\tC\t5\tA\tchr1\n")
    assert parse_table(path).records == [VariantRecord(3, "chr1", 4, "", "A", "C")]


def test_parse_table__ids_alone(tmp_path):
    path = write(tmp_path, "beta\tvariant_id\n0.5\tchr1_5_A_C_b38\n0.1\tchr1:6:A>C\n")
    text = parse_table(path)
    assert [record.start for record in text.records] == [4, 5]
    assert text.assemblies == {"hg38": 2}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "E235", r"variants\.tsv: holds no header line"),
        ("chrom\tpos\tref\nchr1\t5\tA\n", "E235", r"line 1: has no column alt: 'chrom, pos, ref'"),
        ("chr1\t5\tA\tC\n", "E235", "line 1: has no column chrom nor pos nor ref nor alt.*Name columns"),
        ("chrom\tpos\tposition\tref\talt\n", "E235", "columns 'pos' and 'position' are both pos"),
        ("chrom,pos,ref,alt\n", "E235", "has no column chrom nor pos"),
        (
            "chrom\tpos\tref\talt\nchr1\t5\tA\n",
            "E222",
            "line 2: has 3 tab-separated columns, the header line 4",
        ),
        ("chrom\tpos\tref\talt\nchr1\t5.0\tA\tC\n", "E222", r"line 2: POS is '5\.0'"),
        ("chrom\tpos\tref\talt\nchr1\t5\tA\t-\n", "E224", "line 2: ALT is '-'"),
        ("chrom\tpos\tref\talt\nchr1\t5\t\tC\n", "E224", "line 2: REF is ''"),
        ("chrom\tpos\tref\talt\n\nchr1\t5\tA\tC\n", "E222", "line 2: is blank"),
    ],
)
def test_parse_table__wrong_ones_are_named(tmp_path, text, code, message):
    with pytest.raises(DataError, match=message) as fault:
        parse_table(write(tmp_path, text))
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["chrom", "pos", "beta"], True),
        (["variant_id"], True),
        (["id", "beta"], False),
        (["chr1", "5", "A", "C"], False),
    ],
)
def test_is_header__chromosome_and_position_or_ids_alone(names, expected):
    assert is_header(names) is expected


def test_find_columns__of_two_ids_the_first():
    columns = find_columns(["chrom", "pos", "ref", "alt", "rsid", "name"], "x")
    assert (columns.id, columns.is_ids) == (4, False)
