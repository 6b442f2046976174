import numpy as np
import pytest
from tests.oracles.far_enhancers import boost

from senformer.simulate.far.config import FarConfig
from senformer.simulate.far.reach import far_reach, far_weight, ramp
from senformer.simulate.grammar import far_activity, far_boost, find_starts, start_activity

FAR = FarConfig(min_bp=2_000, max_bp=32_000, decay=0.5)


def test_ramp__ends_and_middle():
    np.testing.assert_allclose(ramp(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), (1.0, 3.0)), [0, 0, 0.5, 1, 1])


def test_far_weight__power_law_within_the_reach():
    distance = np.array([0, 1_999, 2_000, -8_000, 31_999, 32_000])
    # (d / 2,000) ** -0.5: 1 at 2,000, 1/2 at 8,000.
    expected = [0, 0, 1, 0.5, (31_999 / 2_000) ** -0.5, 0]
    np.testing.assert_allclose(far_weight(distance, FAR), expected)


def test_far_reach__sums_what_is_in_reach():
    activity = np.array([0.0, 2.0, 1.0, 4.0])
    center = np.array([0.0, 2_000.0, 8_000.0, 40_000.0])
    # From 0: 2 x 1 + 1 x 1/2; from 40,000: 2 at 38,000 and 1 at 32,000 lie outside.
    np.testing.assert_allclose(far_reach(np.array([0.0, 40_000.0]), center, activity, FAR), [2.5, 0.0])


@pytest.mark.parametrize(("cell", "letter"), [(0, "A"), (1, "B")])
def test_far_boost__equals_the_oracle(far_world, far_config, cell, letter):
    chromosome = far_world.chromosomes[1]
    n_steps = 1500
    sites = chromosome.sites.between(0, 32 * n_steps)
    starts = find_starts(sites)
    found = far_boost(sites, starts, n_steps, cell, far_config)
    wanted = np.flatnonzero(found > 0)[:2].tolist() + np.flatnonzero(found == 0)[:1].tolist()
    assert len(wanted) == 3
    for index in wanted:
        expected = boost(float(starts.position[index]), sites, n_steps, letter, far_config)
        assert found[index] == pytest.approx(expected, abs=1e-9)


def test_far_activity__a_planted_enhancer_counts_one_and_a_promoter_nothing(far_world):
    chromosome = far_world.chromosomes[0]
    n_steps = len(chromosome.codes) // 32
    for code in ("a", "b", "shared"):
        planted = [e for e in chromosome.elements if e.kind == f"enhancer_{code}"]
        assert planted
        total = far_activity(chromosome.sites, n_steps, code).sum()
        assert total == pytest.approx(len(planted), rel=0.02)


def test_start_activity__near_enhancers_do_not_act(far_world, far_config):
    chromosome = far_world.chromosomes[0]
    starts, n_steps = find_starts(chromosome.sites), len(chromosome.codes) // 32
    silent = far_config.model_copy(update={"gain": 0.0})
    near = start_activity(chromosome.sites, starts, n_steps, 0)
    alone = start_activity(chromosome.sites, starts, n_steps, 0, silent)
    assert (alone <= near).all()
    assert (alone < near).any()
