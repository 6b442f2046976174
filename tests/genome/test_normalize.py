import pytest
from tests.genome.toy import write_fasta
from tests.oracles.variant_consequence import apply_text, normalize_text

from senformer.genome.fasta import open_fasta
from senformer.genome.normalize import normalize
from senformer.genome.variant import Variant

# 0-based:       0         10
GENOME = {"c1": "ACACACGTTTNAAACCGN", "long": "G" + "CA" * 60_000 + "T"}


@pytest.fixture(scope="module")
def fasta(tmp_path_factory):
    return open_fasta(write_fasta(tmp_path_factory.mktemp("genome") / "g.fa", GENOME))


@pytest.mark.parametrize(
    ("start", "old", "new", "expected"),
    [
        (3, "C", "T", (3, "C", "T")),
        # These outcomes are those of bcftools norm 1.16.
        (0, "ACA", "A", (0, "ACA", "A")),
        (2, "ACA", "A", (0, "ACA", "A")),
        (0, "AC", "C", (0, "AC", "C")),
        (0, "A", "GA", (0, "A", "GA")),
        (0, "A", "CAA", (0, "A", "CAA")),
        (12, "AA", "A", (10, "NA", "N")),
        (10, "NA", "N", (10, "NA", "N")),
        (17, "N", "NT", (17, "N", "NT")),
        (3, "CAC", "GAG", (3, "CAC", "GAG")),
        (1, "CACAC", "CGTGC", (2, "ACA", "GTG")),
        # Insertions in a repeat go back to its start.
        (9, "T", "TT", (6, "G", "GT")),
        (4, "A", "ACA", (0, "A", "ACA")),
        (3, "C", "CAC", (0, "A", "ACA")),
    ],
)
def test_normalize__as_bcftools_does(fasta, start, old, new, expected):
    assert normalize("c1", start, old, new, fasta) == expected
    assert normalize_text(GENOME["c1"], start, old, new) == expected
    assert apply_text(GENOME["c1"], start, old, new) == apply_text(GENOME["c1"], *expected)


def test_normalize__far_through_a_repeat(fasta):
    assert normalize("long", 119_998, "ACA", "A", fasta) == (0, "GCA", "G")
    assert normalize("long", 119_998, "A", "ACA", fasta) == (0, "G", "GCA")


def test_normalize__is_a_variant_with_an_unknown_first_base(fasta):
    start, old, new = normalize("c1", 12, "AA", "A", fasta)
    assert Variant("c1", start, old, new).change == (11, 12, "A", "")
