import pytest
from tests.genome.toy import write_fasta
from tests.genome.vcf_cases import GENOME, Case, outcome_of, read_cases

from senformer.genome.fasta import open_fasta
from senformer.genome.variant_record import REASONS

CASES = read_cases()


@pytest.fixture(scope="module")
def fasta(tmp_path_factory):
    return open_fasta(write_fasta(tmp_path_factory.mktemp("genome") / "g.fa", GENOME))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_read_variants__directed_case(case: Case, tmp_path, fasta):
    assert case.outcome
    assert outcome_of(case, tmp_path / "x.vcf", fasta) == case.outcome


def test_read_cases__are_many_and_meet_every_reason():
    assert len({(case.policy, case.text) for case in CASES}) == len(CASES) >= 120
    fates = {fate for case in CASES for fate in case.outcome.split(", ")}
    assert set(REASONS) <= fates
