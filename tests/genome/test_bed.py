import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.genome.toy import write_bgzip
from tests.strategies import CHROM_SIZES, intervals

from senformer.core.errors import DataError, MissingInputError
from senformer.genome.bed import COLUMNS, read_bed
from senformer.genome.fasta import open_fasta
from senformer.genome.interval import Interval

BED6 = "chr2\t10\t20\tb\t7.5\t-\nchr1\t4999\t5000\ta\t0\t+\nchr1\t0\t1\tc\t.\t.\n"


@pytest.fixture
def bed(tmp_path):
    """Return a function that writes a BED file."""

    def write(text: str, name: str = "x.bed"):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write


def test_read_bed__columns_and_order(bed):
    frame = read_bed(bed(BED6), CHROM_SIZES)
    assert list(frame.columns) == COLUMNS
    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        ("chr1", 0, 1, "c", 0.0, "."),
        ("chr1", 4999, 5000, "a", 0.0, "+"),
        ("chr2", 10, 20, "b", 7.5, "-"),
    ]
    assert [str(dtype) for dtype in frame.dtypes[["start", "end", "score"]]] == ["int64", "int64", "float64"]


def test_read_bed__order_is_the_genome_s(bed):
    path = bed("chr10\t0\t5\nchr2\t0\t5\nchr10\t0\t4\n")
    assert list(read_bed(path, {"chr2": 9, "chr10": 9})["chrom"]) == ["chr2", "chr10", "chr10"]
    assert list(read_bed(path, {"chr10": 9, "chr2": 9})["end"]) == [4, 5, 5]
    assert list(read_bed(path)["chrom"]) == ["chr10", "chr10", "chr2"]


@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip", "windows"])
def test_read_bed__every_packing(tmp_path, packing):
    path, text = tmp_path / "x.bed.gz", BED6.encode()
    if packing == "bgzip":
        write_bgzip(path, text)
    elif packing == "gzip":
        path.write_bytes(gzip.compress(text))
    else:
        path.write_bytes(text.replace(b"\n", b"\r\n") if packing == "windows" else text)
    assert list(read_bed(path, CHROM_SIZES)["name"]) == ["c", "a", "b"]


def test_read_bed__three_columns_comments_and_many_columns(bed):
    text = "#x\ntrack name=a\nbrowser position\n\nchr1\t5\t6\nchr2\t1\t2\t.\t0\t.\t13\t-1\t-1\t75\n"
    frame = read_bed(bed(text))
    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        ("chr1", 5, 6, ".", 0.0, "."),
        ("chr2", 1, 2, ".", 0.0, "."),
    ]


@pytest.mark.parametrize("sizes", [None, CHROM_SIZES])
def test_read_bed__no_intervals(bed, sizes):
    frame = read_bed(bed("# nothing\n"), sizes)
    assert (len(frame), list(frame.columns)) == (0, COLUMNS)


def test_read_bed__names_are_mapped_to_the_genome_s(bed):
    assert list(read_bed(bed("1\t0\t5\nMT\t0\t5\n"), CHROM_SIZES)["chrom"]) == ["chr1", "chrM"]


def test_read_bed__header_line_is_told_how_to_mend(bed):
    path = bed("chrom\tstart\tend\tname\nchr1\t0\t5\ta\n")
    with pytest.raises(DataError) as fault:
        read_bed(path, CHROM_SIZES)
    assert fault.value.line == (
        f"error[E211]: {path} line 1: chrom, start, end are names of columns, and BED has none. "
        "Remove this header line, or put # before it."
    )


@pytest.mark.parametrize("text", ["\ufeffchr1\t0\t5\n", "\ufeff#x\nchr1\t0\t5\n"])
def test_read_bed__byte_order_mark_is_passed_over(bed, text):
    assert list(read_bed(bed(text), CHROM_SIZES)["chrom"]) == ["chr1"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(intervals(), min_size=1, max_size=9))
def test_read_bed__round_trip(bed, wanted):
    text = "".join(f"{i.chrom}\t{i.start}\t{i.end}\t{n}\t0\t{i.strand}\n" for n, i in enumerate(wanted))
    rows = read_bed(bed(text), CHROM_SIZES).itertuples(index=False)
    found = [Interval(row.chrom, row.start, row.end, row.strand, row.name) for row in rows]
    assert [wanted[int(i.name)] for i in found] == [
        Interval(i.chrom, i.start, i.end, i.strand) for i in found
    ]
    ranks = list(CHROM_SIZES)
    assert [(ranks.index(i.chrom), i.start, i.end) for i in found] == sorted(
        (ranks.index(i.chrom), i.start, i.end) for i in wanted
    )


GOOD = "chr1\t0\t5\n"


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("chr1 0 5", "E211", "has 1 tab-separated column, BED at least 3.*Separate columns by tabs"),
        ("chr1;0;5", "E211", "has 1 tab-separated column, BED at least 3.*Separate columns by tabs"),
        (
            'chr1\tHAVANA\tgene\t11\t20\t.\t+\t.\tgene_id "x";',
            "E211",
            r"is a line of GTF or GFF \(feature 'gene'\), and no BED. Cut it to BED: awk .*tss: FILE}",
        ),
        ("chr1\t5", "E211", r"has 2 tab-separated columns, BED at least 3.*chrom, start and end"),
        ("chr1\t5\tx", "E211", "'x' is no coordinate.*whole numbers"),
        ("chr1\t-1\t5", "E211", "'-1' is no coordinate"),
        ("chr1\t1.5\t5", "E211", r"'1\.5' is no coordinate"),
        ("chr1\t1e3\t5000", "E211", "'1e3' is no coordinate"),
        ("chr1\t1,000\t5000", "E211", "'1,000' is no coordinate"),
        ("chr1\t\u0665\t50", "E211", "is no coordinate"),
        ("chr1\t0\t99999999999999999999", "E211", "'99999999999999999999' is no coordinate"),
        ("\t0\t5", "E211", "the chromosome name is ''"),
        ("chr1 \t0\t5", "E211", "the chromosome name is 'chr1 '"),
        ("chr1\t0\t5\tn\t0\tplus", "E211", r"the strand is 'plus'.*Allowed are \+, - and \."),
        ("chr1\t0\t5\tn\thigh", "E211", "the score is 'high'. Write a number"),
        (
            "chr1\t0\t5\t-\tOR4F5",
            "E211",
            "the score is 'OR4F5' and the name '-', as if the strand.*columns 4 to 6, awk .*\\$5, 0, \\$4",
        ),
        ("chr1\t5\t5", "E212", r"chr1:5-5 \(0-based\) is empty or runs backwards"),
        ("chr1\t6\t5", "E212", r"chr1:6-5 \(0-based\) is empty or runs backwards"),
        ("chr2\t300\t302", "E213", r"chr2:300-302 \(0-based\) ends beyond the chromosome, which has 301 bp"),
        ("chr2\t0\t4000000000", "E213", "ends beyond the chromosome"),
    ],
)
def test_read_bed__bad_line_is_named(bed, line, code, message):
    with pytest.raises(DataError, match=rf"x\.bed line 3: .*{message}") as fault:
        read_bed(bed(f"{GOOD}#\n{line}\n{GOOD}"), CHROM_SIZES)
    assert fault.value.code == code


def test_read_bed__first_line_outside_and_their_number(bed):
    text = "chr2\t0\t5\nchrM\t0\t18\nchr2\t0\t302\n"
    with pytest.raises(DataError, match=r"line 2: chrM:0-18.*has 17 bp; 2 lines in all do"):
        read_bed(bed(text), CHROM_SIZES)


def test_read_bed__other_names_are_told(bed):
    with pytest.raises(
        DataError, match=r"x\.bed: 1 of 2 chromosome names is not in the genome: chr7"
    ) as fault:
        read_bed(bed("chr1\t0\t5\nchr7\t0\t5\n"), CHROM_SIZES)
    assert fault.value.code == "E230"


def test_read_bed__missing_remote_and_damaged(tmp_path, bed):
    with pytest.raises(MissingInputError, match=r"no\.bed: no such file") as fault:
        read_bed(tmp_path / "no.bed")
    assert fault.value.code == "E210"
    with pytest.raises(MissingInputError, match="is a URL"):
        read_bed("http://x.org/a.bed")
    path = tmp_path / "cut.bed.gz"
    path.write_bytes(gzip.compress(BED6.encode())[:-9])
    with pytest.raises(DataError, match=r"cut\.bed\.gz after line \d+: the file is damaged") as fault:
        read_bed(path)
    assert fault.value.code == "E214"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "n_intervals"),
    [
        ("peaks/ENCFF073ORT.narrowPeak", 361),
        ("peaks/K562_CTCF_ENCSR000AKO.narrowPeak", 432),
        ("blacklist.bed", 4),
        ("genes_collapsed.bed", 135),
        ("tss500bp.bed", 136),
    ],
)
def test_read_bed__real_files(shared_data, name, n_intervals):
    folder = shared_data / "hg38_chr1_10mb"
    frame = read_bed(folder / name, open_fasta(folder / "chr1_0_10000000.fa.gz").chrom_sizes)
    assert len(frame) == n_intervals
    assert frame["start"].is_monotonic_increasing
