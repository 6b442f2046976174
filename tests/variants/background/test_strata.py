import numpy as np
import pytest
from tests.genome.toy import write_fasta

from senformer.genome.fasta import open_fasta
from senformer.variants.background.strata import Strata, gc_around, gc_bounds


def genome(tmp_path, text):
    return open_fasta(write_fasta(tmp_path / "g.fa", {"c": text}))


def test_gc_around__counts_known_bases_within_500_bp(tmp_path):
    fasta = genome(tmp_path, "A" * 500 + "G" * 300 + "N" * 400 + "C" * 800)
    assert gc_around(fasta, "c", 0) == pytest.approx(1 / 501)
    assert gc_around(fasta, "c", 1000) == 1.0
    assert gc_around(fasta, "c", 700) == pytest.approx(301 / 601)


def test_gc_around__without_a_known_base_is_even(tmp_path):
    assert gc_around(genome(tmp_path, "N" * 50), "c", 20) == 0.5


def test_gc_bounds__part_places_into_three_of_one_size():
    shares = np.linspace(0.2, 0.8, 301)
    assert gc_bounds(shares) == (0.4, 0.6)


@pytest.mark.parametrize(
    ("position", "stratum"),
    [(5_000, 0), (5_999, 0), (6_000, 1), (15_000, 2), (105_000, 3), (4_001, 0), (4_000, 1)],
)
def test_strata__distance_to_the_nearest_start(tmp_path, position, stratum):
    fasta = genome(tmp_path, "A" * 200_000)
    strata = Strata((0.4, 0.6), {"c": np.array([5_000])})
    assert strata.of(fasta, "c", position) == stratum
    assert len(strata.names) == 12
    assert strata.names[1] == "gc 0-0.400, tss <10000"


def test_strata__a_chromosome_without_starts_is_far_from_any(tmp_path):
    fasta = genome(tmp_path, "G" * 2_000)
    assert Strata((0.4, 0.6), {"other": np.array([5])}).of(fasta, "c", 9) == 2 * 4 + 3
    assert Strata((0.4, 0.6), {}).of(fasta, "c", 9) == 2
    assert Strata((0.4, 0.6), {}).names == ["gc 0-0.400", "gc 0.400-0.600", "gc 0.600-1"]
