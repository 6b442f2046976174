import gzip

import pandas as pd
import pytest
from tests.genome.toy import write_bgzip

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.variant_formats import FORMATS, parse_variants, variant_format

VCF = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t5\t.\tA\tC\t.\t.\t.\n"
TABLE = "chrom\tpos\tref\talt\nchr1\t5\tA\tC\n"
IDS = "chr1:5:A>C\n"


@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.vcf", VCF, "vcf"),
        ("a.txt", VCF, "vcf"),
        ("a.tsv", VCF[VCF.index("#CHROM") :], "vcf"),
        ("a.tsv", TABLE, "table"),
        ("a", "#" + TABLE, "table"),
        ("a.txt", "## mine\n" + TABLE, "table"),
        ("a.txt", "variant_id\n" + IDS, "table"),
        ("a.txt", IDS, "ids"),
        ("a.txt", "# mine\n\n" + IDS, "ids"),
    ],
)
def test_parse_variants__format_by_content(tmp_path, name, text, expected, packing):
    path = tmp_path / (name if packing == "plain" else f"{name}.gz")
    if packing == "bgzip":
        write_bgzip(path, text.encode())
    else:
        path.write_bytes(gzip.compress(text.encode()) if packing == "gzip" else text.encode())
    assert variant_format(path) == expected
    assert expected in FORMATS
    if not text.startswith("# mine\n\n"):
        assert [record.start for record in parse_variants(path).records] == [4]


def test_variant_format__the_ending_of_vcf_decides(tmp_path):
    path = tmp_path / "a.vcf"
    path.write_text(TABLE)
    with pytest.raises(DataError, match="records begin before the header line #CHROM"):
        parse_variants(path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tsv", "", "no format of variants is recognized: it holds no record"),
        ("a.tsv", "chr1\t5\tA\tC\n", r"its first line is 'chr1\\t5\\tA\\tC'.*Give a VCF, a table"),
        ("a.csv", "chrom,pos,ref,alt\n", "its first line is 'chrom,pos,ref,alt'"),
        ("a.bcf", "BCF", "is BCF.*bcftools view"),
    ],
)
def test_parse_variants__no_format(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(DataError, match=message) as fault:
        parse_variants(path)
    assert fault.value.code == "E229"


def test_parse_variants__frames_and_missing_files(tmp_path):
    frame = pd.DataFrame({"chrom": ["chr1"], "pos": [5], "ref": ["A"], "alt": ["C"]})
    assert parse_variants(frame).unit == "row"
    with pytest.raises(MissingInputError, match="no such file"):
        parse_variants(tmp_path / "no.tsv")
