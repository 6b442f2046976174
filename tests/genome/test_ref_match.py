import numpy as np
import pytest
from tests.genome.toy import random_genome, write_fasta

from senformer.genome.fasta import open_fasta
from senformer.genome.ref_match import RefMatch, advise, match_sample
from senformer.genome.variant_record import VariantRecord

GENOME = random_genome(sizes={"chr1": 5_000, "chr2": 800})


@pytest.fixture
def fasta(tmp_path):
    return open_fasta(write_fasta(tmp_path / "g.fa", GENOME))


def _records(n=40, shift=0, width=1, seed=1):
    """Return records whose REF stands ``shift`` bases right of where they say."""
    rng = np.random.default_rng(seed)
    records = []
    for line in range(n):
        start = int(rng.integers(5, 4_900))
        ref = GENOME["chr1"][start + shift : start + shift + width]
        alt = "ACGT"["ACGT".index(ref[0]) - 1]
        records.append(VariantRecord(line + 3, "chr1", start, "", ref, alt))
    return records


@pytest.mark.parametrize("width", [1, 6])
def test_match_sample__all_agree(fasta, width):
    match = match_sample(_records(width=width), fasta)
    assert (match.n_sampled, match.n_agree, match.n_wrong, match.first) == (40, 40, 0, None)


@pytest.mark.parametrize(("shift", "field"), [(1, "n_one_later"), (-1, "n_one_earlier")])
def test_match_sample__positions_off_by_one(fasta, shift, field):
    match = match_sample(_records(shift=shift, width=6), fasta)
    assert getattr(match, field) == match.n_wrong == 40
    assert match.first is not None
    assert match.first[0].line == 3


def test_match_sample__reads_the_ends_of_a_chromosome(fasta):
    last = len(GENOME["chr2"]) - 1
    records = [
        VariantRecord(1, "chr2", place, "", "ACGT"["ACGT".index(GENOME["chr2"][place]) - 1], "N")
        for place in (0, last)
    ]
    assert match_sample(records, fasta).n_wrong == 2


def test_match_sample__draws_the_same_records_each_time_and_no_more(fasta):
    records = _records(400, shift=1)
    first = match_sample(records, fasta, 50)
    assert first.n_sampled == 50
    assert first == match_sample(records, fasta, 50)


def test_match_sample__leaves_uncertain_refs_out(fasta):
    assert match_sample([VariantRecord(1, "chr1", 0, "", "N", "A")], fasta).n_sampled == 0


def _match(n_sampled, n_agree, **counts):
    values = dict.fromkeys(("n_other_strand", "n_swapped", "n_one_later", "n_one_earlier"), 0) | counts
    return RefMatch(n_sampled, n_agree, first=None, **values)


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (
            _match(1000, 250, n_one_later=745),
            "745 of the 750 that disagree in a sample of 1,000 would agree with every position one higher",
        ),
        (_match(1000, 950, n_swapped=50), "with REF and ALT exchanged"),
        (_match(1000, 900, n_other_strand=99, n_swapped=30), "on the other strand"),
        (_match(1000, 260, n_other_strand=250), "Is this file on another assembly?"),
        (_match(1000, 999, n_swapped=1), "partly mended by hand"),
        (_match(1, 0, n_swapped=1), "Is this file on another assembly?"),
        (_match(9, 6, n_swapped=3), "with REF and ALT exchanged"),
    ],
)
def test_advise__names_the_reading_that_explains_most(match, words):
    assert words in advise(match)
