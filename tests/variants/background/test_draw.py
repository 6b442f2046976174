import numpy as np
import pandas as pd
import pytest
from tests.genome.toy import random_genome, write_fasta

from senformer.core.errors import DataError
from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import decode
from senformer.variants.background.draw import TRANSITIONS, draw

PARTNER = dict(zip("ACGT", "GTAC", strict=True))


@pytest.fixture(scope="module")
def fasta(tmp_path_factory):
    genome = random_genome(3, {"c1": 60_000, "c2": 30_000})
    genome["c1"] = genome["c1"][:20_000] + "N" * 20_000 + genome["c1"][40_000:]
    return open_fasta(write_fasta(tmp_path_factory.mktemp("d") / "g.fa", genome))


def test_draw__classes_are_of_one_size_and_alleles_those_of_the_genome(fasta):
    found = draw(fasta, 900, 1)
    assert np.bincount(found.stratum).tolist() == [300, 300, 300]
    assert len({(variant.chrom, variant.start) for variant in found.variants}) == 900
    for variant, stratum in zip(found.variants, found.stratum, strict=True):
        assert variant.ref == decode(fasta.fetch(variant.chrom, variant.start, variant.end))
        assert stratum == found.strata.of(fasta, variant.chrom, variant.start)
    places = [(variant.chrom, variant.start) for variant in found.variants]
    assert places == sorted(places)
    # c2 has 30,000 of 70,000 known bases.
    assert sum(chrom == "c2" for chrom, _ in places) == pytest.approx(900 * 3 / 7, abs=60)


def test_draw__two_in_three_are_transitions(fasta):
    found = draw(fasta, 1500, 2)
    share = np.mean([variant.alt == PARTNER[variant.ref] for variant in found.variants])
    assert share == pytest.approx(TRANSITIONS, abs=0.05)


def test_draw__depends_on_the_seed_alone(fasta):
    found = draw(fasta, 20, 5).variants
    assert found == draw(fasta, 20, 5).variants
    assert found != draw(fasta, 20, 6).variants


def test_draw__stays_within_regions_and_gives_up_on_classes_that_are_not_there(fasta):
    regions = pd.DataFrame({"chrom": ["c1"], "start": [100], "end": [160]})
    found = draw(fasta, 30, 1, starts={"c1": np.array([130])}, regions=regions)
    assert all(100 <= variant.start < 160 for variant in found.variants)
    assert {found.strata.names[number].split(", ")[1] for number in found.stratum} == {"tss <1000"}


def test_draw__nothing_but_n_is_an_error(fasta):
    with pytest.raises(DataError, match="no known base"):
        draw(fasta, 5, 1, regions=pd.DataFrame({"chrom": ["c1"], "start": [25_000], "end": [26_000]}))
