import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import CHROM_SIZES, intervals, not_regions

from senformer.core.errors import DataError
from senformer.genome.interval import Interval, parse_region


def test_interval__width_center_and_text():
    interval = Interval("chr1", 100, 207)
    assert (interval.width, interval.center) == (107, 153)  # 100 + 107 // 2
    assert str(interval) == "chr1:100-207 (0-based)"


def test_interval__negative_start_is_allowed():
    assert Interval("chr1", -5, 3).width == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chr1", 5, 5), r"chr1:5-5 is empty: end must lie beyond start"),
        (("chr1", 5, 4), r"chr1:5-4 is empty"),
        (("", 0, 1), "needs a chromosome name"),
        (("chr1", 0, 1, "*"), r"strand is '\*'; allowed are \+, - and \."),
    ],
)
def test_interval__impossible_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Interval(*arguments)


@settings(deadline=None)
@given(intervals(is_inside=False), st.integers(-400, 400))
def test_shift__there_and_back(interval, bp):
    assert interval.shift(bp).shift(-bp) == interval
    assert interval.shift(bp).start == interval.start + bp


@settings(deadline=None)
@given(intervals(is_inside=False), st.integers(1, 700))
def test_resize__keeps_the_center_and_the_strand(interval, width_bp):
    resized = interval.resize(width_bp)
    assert (resized.width, resized.center, resized.strand) == (width_bp, interval.center, interval.strand)


@settings(deadline=None)
@given(intervals(), intervals())
def test_overlaps__is_sharing_a_base(one, other):
    shared = one.chrom == other.chrom and bool(
        set(range(one.start, one.end)) & set(range(other.start, other.end))
    )
    assert one.overlaps(other) == other.overlaps(one) == shared


def test_parse_region__is_one_based_inclusive():
    assert parse_region("chr1:1,001-2,000") == Interval("chr1", 1000, 2000)
    assert parse_region(" chr1:1-1 ") == Interval("chr1", 0, 1)


@settings(deadline=None)
@given(intervals())
def test_parse_region__round_trip(interval):
    text = f"{interval.chrom}:{interval.start + 1:,}-{interval.end:,}"
    found = parse_region(text, CHROM_SIZES)
    assert (found.chrom, found.start, found.end) == (interval.chrom, interval.start, interval.end)


def test_parse_region__whole_chromosome_needs_sizes():
    assert parse_region("chrM", CHROM_SIZES) == Interval("chrM", 0, 17)
    with pytest.raises(DataError, match=r"region 'chrM': is no region.*Write chr1:1,001-2,000"):
        parse_region("chrM")


def test_parse_region__chromosome_name_may_hold_a_colon():
    assert parse_region("HLA-A*01:01:3-5") == Interval("HLA-A*01:01", 2, 5)
    assert parse_region("HLA:1-9", {"HLA:1-9": 4}) == Interval("HLA:1-9", 0, 4)


@given(not_regions)
def test_parse_region__nonsense_is_refused(text):
    with pytest.raises(DataError) as fault:
        parse_region(text)
    assert fault.value.code == "E231"
    assert repr(text) in str(fault.value)


def test_parse_region__backwards_names_the_numbers():
    with pytest.raises(DataError, match=r"runs from 20 to 10.*1-based"):
        parse_region("chr1:20-10")


def test_parse_region__aliases_are_mapped_to_the_genome_s():
    assert parse_region("1:1,001-2,000", CHROM_SIZES) == Interval("chr1", 1000, 2000)
    assert parse_region("MT", CHROM_SIZES) == Interval("chrM", 0, 17)
    assert parse_region("chr4:2-3", {"4": 5}) == Interval("4", 1, 3)
    assert parse_region("1:2-3") == Interval("1", 1, 3)


def test_parse_region__alias_of_two_is_none():
    with pytest.raises(DataError, match="no chromosome 'MT'") as fault:
        parse_region("MT:1-2", {"M": 5, "chrM": 5})
    assert fault.value.code == "E232"


def test_parse_region__unknown_chromosome_lists_the_known():
    with pytest.raises(DataError, match=r"no chromosome 'chr3'.*It has chr1, chr2, chrM\.") as fault:
        parse_region("chr3:1-2", CHROM_SIZES)
    assert fault.value.code == "E232"


def test_parse_region__beyond_the_end_is_refused():
    assert parse_region("chrM:1-17", CHROM_SIZES).end == 17
    with pytest.raises(DataError, match=r"region 'chrM:1-18': ends beyond chrM, which has 17 bp") as fault:
        parse_region("chrM:1-18", CHROM_SIZES)
    assert fault.value.code == "E233"
