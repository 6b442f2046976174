import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import contigs
from tests.strategies import CHROM_SIZES, intervals

from senformer.core.errors import DataError
from senformer.genome.regions import COLUMNS, chromosomes_as_regions, merge, read_regions, subtract

SETS = st.lists(intervals(), max_size=7)


def frame_of(found) -> pd.DataFrame:
    return pd.DataFrame([(i.chrom, i.start, i.end) for i in found], columns=COLUMNS)


def bases_of(frame: pd.DataFrame) -> set[tuple[str, int]]:
    return {(row.chrom, base) for row in frame.itertuples() for base in range(row.start, row.end)}


def is_plain(frame: pd.DataFrame) -> bool:
    types = [str(frame[name].dtype) for name in ("start", "end")]
    return (
        list(frame.columns) == COLUMNS
        and types == ["int64", "int64"]
        and frame.index.equals(pd.RangeIndex(len(frame)))
    )


@settings(deadline=None, max_examples=15)
@given(SETS)
def test_merge__same_bases_none_touching(found):
    frame = frame_of(found)
    merged = merge(frame)
    assert bases_of(merged) == bases_of(frame)
    assert is_plain(merged)
    pairs = zip(merged[:-1].itertuples(), merged[1:].itertuples(), strict=True)
    assert all(a.chrom != b.chrom or a.end < b.start for a, b in pairs)


@settings(deadline=None, max_examples=15)
@given(SETS, SETS)
def test_subtract__bases_of_one_without_the_other(found, removed):
    left = subtract(frame_of(found), frame_of(removed))
    assert bases_of(left) == bases_of(frame_of(found)) - bases_of(frame_of(removed))
    assert is_plain(left)


def test_merge__touching_regions_are_joined():
    frame = pd.DataFrame({"chrom": ["chr1"] * 3, "start": [5, 0, 11], "end": [10, 5, 12]})
    assert merge(frame).to_numpy().tolist() == [["chr1", 0, 10], ["chr1", 11, 12]]


def test_subtract__leaves_its_input_and_other_columns():
    frame = pd.DataFrame({"chrom": ["chr1"], "start": [0], "end": [10], "split": ["test"]})
    assert subtract(frame, frame[:0]).columns.tolist() == COLUMNS
    assert frame.columns.tolist() == [*COLUMNS, "split"]


def test_chromosomes_as_regions__order_is_kept():
    frame = chromosomes_as_regions({"chr2": 301, "chr1": 5_000})
    assert frame.to_numpy().tolist() == [["chr2", 0, 301], ["chr1", 0, 5_000]]
    assert is_plain(frame)


def test_read_regions__strings_are_one_based():
    frame = read_regions(["chrM", "chr1:11-20"], CHROM_SIZES)
    assert frame.to_numpy().tolist() == [["chr1", 10, 20], ["chrM", 0, 17]]
    assert is_plain(frame)


def test_read_regions__bed_path_and_text_path(tmp_path):
    (tmp_path / "x.bed").write_text("chr2\t3\t9\nchr1\t0\t5\n")
    for spec in (tmp_path / "x.bed", str(tmp_path / "x.bed")):
        frame = read_regions(spec, CHROM_SIZES)
        assert frame.to_numpy().tolist() == [["chr1", 0, 5], ["chr2", 3, 9]]
        assert is_plain(frame)


def test_read_regions__aliases_are_mapped_as_in_a_bed_file(tmp_path):
    (tmp_path / "x.bed").write_text("2\t3\t9\nMT\t0\t17\n")
    frame = read_regions(["MT", "2:4-9"], CHROM_SIZES)
    assert frame.to_numpy().tolist() == [["chr2", 3, 9], ["chrM", 0, 17]]
    assert frame.equals(read_regions(tmp_path / "x.bed", CHROM_SIZES))


def test_read_regions__empty_list():
    assert is_plain(read_regions([], CHROM_SIZES))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (["chr1:0-5"], "region 'chr1:0-5': runs from 0 to 5"),
        (["chr9"], "is no region|no chromosome 'chr9'"),
        (["chr1:1-5001"], "ends beyond chr1, which has 5,000 bp"),
    ],
)
def test_read_regions__faults_are_named(spec, message):
    with pytest.raises(DataError, match=message):
        read_regions(spec, CHROM_SIZES)


@settings(deadline=None, max_examples=100)
@given(st.lists(intervals(), max_size=12))
def test_merge__is_the_slow_merge(found):
    rows = [(i.chrom, i.start, i.end) for i in found]
    merged = merge(frame_of(found))
    assert [tuple(row) for row in merged.itertuples(index=False)] == contigs.merge(rows)


@settings(deadline=None, max_examples=100)
@given(SETS, st.lists(intervals(), min_size=1, max_size=7))
def test_subtract__is_the_slow_cut_at_what_is_merged(found, removed):
    frame, gaps = frame_of(found), merge(frame_of(removed))
    left = subtract(frame, frame_of(removed))
    assert left.to_dict("records") == contigs.cut(frame, gaps)
