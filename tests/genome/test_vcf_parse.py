import pytest

from senformer.core.errors import DataError
from senformer.genome.variant_record import VariantRecord
from senformer.genome.vcf_parse import parse_vcf

HEADER = "##fileformat=VCFv4.2\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
GOOD = "chr1\t10\trs1\tA\tC\t.\tPASS\tX=1\n"


@pytest.fixture
def vcf(tmp_path):
    """Return a function that writes a VCF file."""

    def write(text: str):
        path = tmp_path / "x.vcf"
        path.write_bytes(text.encode())
        return path

    return write


def record(position="10", name=".", ref="A", alt="C", chrom="chr1") -> str:
    return f"{chrom}\t{position}\t{name}\t{ref}\t{alt}\t.\t.\t.\n"


def test_parse_vcf__positions_names_and_case(vcf):
    text = parse_vcf(vcf(HEADER + COLUMNS + GOOD + record("1", ref="acg", alt="a")))
    assert text.records == [
        VariantRecord(3, "chr1", 9, "rs1", "A", "C"),
        VariantRecord(4, "chr1", 0, "", "ACG", "A"),
    ]
    assert text.records[0].key == "chr1:10:A>C"


def test_parse_vcf__samples_windows_lines_and_blank_tail(vcf):
    columns = COLUMNS.rstrip("\n") + "\tFORMAT\tS1\tS2\n"
    text = HEADER + columns + "chr1\t10\t.\tA\tC\t.\t.\t.\tGT\t0|1\t1|1\n\n\n"
    assert len(parse_vcf(vcf(text.replace("\n", "\r\n"))).records) == 1


def test_parse_vcf__no_records(vcf):
    assert parse_vcf(vcf(HEADER + COLUMNS)).records == []


def test_parse_vcf__position_beyond_32_bits(vcf):
    assert parse_vcf(vcf(HEADER + COLUMNS + record("3000000000"))).records[0].start == 2_999_999_999


def test_parse_vcf__contig_lengths(vcf):
    contigs = (
        '##contig=<ID=20,length=62435964,assembly=B36,species="Homo sapiens",taxonomy=x>\n'
        "##contig=<length=57,ID=chrM>\n##contig=<ID=decoy>\n##contig=broken\n"
    )
    assert parse_vcf(vcf(HEADER + contigs + COLUMNS)).contig_sizes == {"20": 62_435_964, "chrM": 57}


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("chr1 10 . A C . . .", "E222", "has 1 tab-separated column, the header line 8: 'chr1 10.*by tabs"),
        ("chr1\t10\t.\tA\tC", "E222", "has 5 tab-separated columns, the header line 8.*needs all columns"),
        ("chr1\t10\t.\tA\tC\t.\t.\t.\tGT", "E222", "has 9 tab-separated columns, the header line 8"),
        ("chr1\tten\t.\tA\tC\t.\t.\t.", "E222", "POS is 'ten'.*whole number from 1 on"),
        ("chr1\t-5\t.\tA\tC\t.\t.\t.", "E222", "POS is '-5'"),
        ("chr1\t1.0\t.\tA\tC\t.\t.\t.", "E222", r"POS is '1\.0'"),
        ("chr1\t\t.\tA\tC\t.\t.\t.", "E222", "POS is ''"),
        ("chr1\t99999999999999999999\t.\tA\tC\t.\t.\t.", "E222", "POS is '99999999999999999999'"),
        ("chr1\t\u0661\t.\tA\tC\t.\t.\t.", "E222", "POS is"),
        ("\t10\t.\tA\tC\t.\t.\t.", "E222", "CHROM is ''"),
        ("chr 1\t10\t.\tA\tC\t.\t.\t.", "E222", "CHROM is 'chr 1'"),
        ("", "E222", "is blank.*Remove the line"),
        ("##late=1", "E222", "has 1 tab-separated column"),
        ("chr1\t10\t.\t\tC\t.\t.\t.", "E224", "REF is ''"),
        ("chr1\t10\t.\t.\tC\t.\t.\t.", "E224", r"REF is '\.'.*REF is one or more of A, C, G, T and N"),
        ("chr1\t10\t.\tA C\tC\t.\t.\t.", "E224", "REF is 'A C'"),
        ("chr1\t10\t.\t<X>\tC\t.\t.\t.", "E224", "REF is '<X>'"),
        ("chr1\t10\t.\tZ\tC\t.\t.\t.", "E224", "REF is 'Z'"),
        ("chr1\t10\t.\tA\t\t.\t.\t.", "E224", "ALT is ''.*several are separated by commas"),
        ("chr1\t10\t.\tA\tC,\t.\t.\t.", "E224", "ALT is 'C,'"),
        ("chr1\t10\t.\tA\tC;G\t.\t.\t.", "E224", "ALT is 'C;G'"),
        ("chr1\t10\t.\tA\tC/G\t.\t.\t.", "E224", "ALT is 'C/G'"),
        ("chr1\t10\t.\tA\t-\t.\t.\t.", "E224", "ALT is '-'"),
        ("chr1\t10\t.\tA\t<DEL\t.\t.\t.", "E224", "ALT is '<DEL'"),
        ("chr1\t10\t.\tA\t1\t.\t.\t.", "E224", "ALT is '1'"),
        ("chr1\t10\t.\tA\tA]\t.\t.\t.", "E224", "ALT is 'A]'"),
    ],
)  # fmt: skip
def test_parse_vcf__bad_line_is_named(vcf, line, code, message):
    with pytest.raises(DataError, match=rf"x\.vcf line 4: {message}") as fault:
        parse_vcf(vcf(f"{HEADER}{COLUMNS}{GOOD}{line}\n{GOOD}"))
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"x\.vcf: the file is empty"),
        (HEADER, r"x\.vcf line 1: the file ends before the header line #CHROM"),
        (GOOD, r"x\.vcf line 1: records begin before the header line #CHROM.*Add the line #CHROM POS ID REF"),
        (HEADER + GOOD, r"x\.vcf line 2: records begin before the header line"),
        ("chr1\t0\t5\n", r"line 1: records begin before"),
        (HEADER + COLUMNS.replace("\t", " "), "line 2: the header line is .*Separate columns by tabs"),
        (
            HEADER + "#CHROM\tPOS\tID\tREF\tALT\n",
            "the header line is '#CHROM.*and VCF has #CHROM POS ID REF ALT QUAL",
        ),
        (HEADER + COLUMNS.replace("\tINFO", "\tINFO\tS1"), "the header line is .*then FORMAT and samples"),
        (HEADER + COLUMNS.replace("POS", "POSITION"), "the header line is '#CHROM POSITION ID"),
    ],
)
def test_parse_vcf__no_header(vcf, text, message):
    with pytest.raises(DataError, match=message) as fault:
        parse_vcf(vcf(text))
    assert fault.value.code == "E225"
