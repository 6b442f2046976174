import numpy as np
import pytest
from tests.contracts.scorer import check_measured, random_values
from tests.oracles.scores import score_one

from senformer.variants.masks import GENE_MASKS, parse_scorer
from senformer.variants.scorers import SCORERS

MASKS = ["all", "1", "5", "9", "501", *GENE_MASKS]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", SCORERS)
def test_scorers__contract_through_every_mask(name, mask):
    check_measured(parse_scorer(f"{name}@{mask}"))


@pytest.mark.parametrize("name", SCORERS)
def test_scorers__equal_the_slow_oracle(name):
    for n_bins in (1, 2, 6, 11):
        ref, alt = (random_values(SCORERS[name], n_bins, 4, seed) for seed in (11, 12))
        expected = [
            score_one(name, ref[:, t].astype(float).tolist(), alt[:, t].astype(float).tolist())
            for t in range(4)
        ]
        found = SCORERS[name](ref, alt)
        known = ~np.isnan(expected)
        np.testing.assert_allclose(found[known], np.array(expected)[known], rtol=1e-9, atol=1e-7)


def test_scorers__names_are_keys():
    assert {scorer.name: scorer for scorer in SCORERS.values()} == SCORERS
