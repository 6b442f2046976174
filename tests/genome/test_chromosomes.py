import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import contigs

from senformer.core.errors import DataError
from senformer.genome.chromosomes import canonical_name, match_chromosomes, resolve_chromosome

UCSC = ["chr1", "chr2", "chrX", "chrM", "chrUn_1"]
ENSEMBL = ["1", "2", "X", "MT", "KI270728.1"]
REFSEQ = ["NC_000001.11", "NC_000002.12", "NC_000023.11", "NC_012920.1"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("chr1", "1"), ("1", "1"), ("Chr1", "1"), ("CHR1", "1"), ("NC_000001.11", "1"), ("NC_000001.10", "1"),
        ("chrX", "X"), ("NC_000023.11", "X"), ("NC_000024.10", "Y"), ("chrM", "M"), ("MT", "M"), ("M", "M"),
        ("chrMT", "M"), ("NC_012920.1", "M"), ("NC_000067.7", "1"), ("NC_000086.8", "X"),
        ("NC_000087.8", "Y"),
        ("NC_005089.1", "M"), ("chrI", "I"), ("chr", "chr"), ("NC_000913.3", "NC_000913.3"), ("chr10", "10"),
        ("KI270728.1", "KI270728.1"), ("chr1_random", "1_random"),
    ],
)  # fmt: skip
def test_canonical_name__table(name, wanted):
    assert canonical_name(name) == wanted


@pytest.mark.parametrize(
    ("wanted", "available", "found"),
    [
        (["1", "MT"], UCSC, ["chr1", "chrM"]),
        (["chr2", "chrM"], ENSEMBL, ["2", "MT"]),
        (["chr1", "chrX", "chrM"], REFSEQ, ["NC_000001.11", "NC_000023.11", "NC_012920.1"]),
        (REFSEQ, UCSC, ["chr1", "chr2", "chrX", "chrM"]),
        (["chrUn_1"], UCSC, ["chrUn_1"]),
        (["1", "1"], UCSC, ["chr1"]),
        ([], UCSC, []),
    ],
)
def test_match_chromosomes__aliases(wanted, available, found):
    assert list(match_chromosomes(wanted, available, "x.bed").values()) == found


def test_match_chromosomes__missing_names_are_told():
    message = (
        r"x\.bed: 2 of 3 chromosome names are not in the genome: chr7, chr8 "
        r"\(the genome has chr1, chr2, chrX, chrM, chrUn_1\).*Rename"
    )
    with pytest.raises(DataError, match=message) as fault:
        match_chromosomes(["chr1", "chr7", "chr8"], UCSC, "x.bed")
    assert fault.value.code == "E230"


def test_match_chromosomes__many_missing_are_cut():
    with pytest.raises(DataError, match="s0, s1, s2, s3, s4 and 4 more"):
        match_chromosomes([f"s{i}" for i in range(9)], UCSC, "x.bed")


def test_match_chromosomes__two_names_for_one_are_refused():
    with pytest.raises(DataError, match="'1' and 'chr1' are both chromosome 'chr1' of the genome") as fault:
        match_chromosomes(["1", "chr1"], UCSC, "x.bed")
    assert fault.value.code == "E234"


def test_resolve_chromosome__exact_name_wins_and_ambiguity_is_none():
    both = ["1", "chr1", "chr2"]
    assert resolve_chromosome("chr1", both) == "chr1"
    assert resolve_chromosome("1", both) == "1"
    assert resolve_chromosome("NC_000001.11", both) is None
    assert resolve_chromosome("chr9", both) is None


def test_resolve_chromosome__roman_and_arabic_are_not_guessed():
    assert resolve_chromosome("1", ["chrI", "chrII"]) is None
    assert resolve_chromosome("I", ["chrI", "chrII"]) == "chrI"


_SHORT = st.sampled_from(
    ["1", "M", "MT", "Mt", "I", "chr", "chr1", "s7", "NC_000001.11", "NC_1.2", "NC_000913.3"]
)
_NAMES = st.builds(
    lambda a, b, c: a + b + c, st.sampled_from(["", "chr", "CHR"]), st.sampled_from(["", "cHr"]), _SHORT
)


@settings(deadline=None, max_examples=300)
@given(_NAMES, st.lists(_NAMES, unique=True, max_size=6))
def test_resolve_chromosome__is_the_slow_look_at_every_name(name, available):
    assert resolve_chromosome(name, available) == contigs.resolve(name, available)
