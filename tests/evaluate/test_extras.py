import numpy as np
import pytest

from senformer.core.errors import ConfigError
from senformer.evaluate.extras import EXTRAS, Extras, check_metrics, check_profiles, n_cells
from senformer.evaluate.grid import make_grid
from senformer.evaluate.metrics.spearman import SpearmanCells
from senformer.tracks.scaling import Scaling


def values(seed=1):
    rng = np.random.default_rng(seed)
    target = rng.gamma(0.5, 30.0, (40, 3)).astype(np.float32)
    return (target * 0.5 + rng.gamma(1.0, 1.0, target.shape)).astype(np.float32), target


@pytest.mark.parametrize("in_cells", [False, True])
def test_extras__states_come_back_and_add_up(in_cells):
    grid = make_grid(*values(), 8) if in_cells else None
    parts = [Extras(3, EXTRAS, grid) for _ in range(2)]
    for seed, part in enumerate(parts):
        part.add(*values(seed))
    assert isinstance(parts[0].found["spearman"], SpearmanCells) == in_cells
    back = Extras.from_arrays(parts[0].arrays(), 3, EXTRAS, grid)
    total, expected = (back + parts[1]).columns(), (parts[0] + parts[1]).columns()
    assert list(total) == ["spearman_rho", "spearman_bound", "jsd", "n_profiles", "profile_auprc"]
    for name, column in total.items():
        np.testing.assert_array_equal(column, expected[name])


def test_check_metrics__unknown_ones_and_those_that_are_no_choice():
    assert check_metrics(["jsd"], 4) == ("jsd",)
    with pytest.raises(ConfigError, match=r"no metric is called 'spaerman'.*spearman"):
        check_metrics(["spaerman"], 4)
    with pytest.raises(ConfigError, match="r2 is no choice: it is always measured"):
        check_metrics(["r2"], 4)
    with pytest.raises(ConfigError, match="jsd compares the bins of a window, and a window has one"):
        check_metrics(["jsd"], 1)


def test_n_cells__grow_with_what_a_track_may_take():
    assert n_cells(10, 1) is None
    assert n_cells(10**9, 1) == 1024
    assert n_cells(10**9, 10**7) == 16


def test_check_profiles__counts_and_no_more_than_fit():
    check_profiles(["profile_auprc"], [Scaling()], 1000)
    check_profiles(["jsd"], [Scaling(scale=2.0)], 10**12)
    with pytest.raises(ConfigError, match="needs counts, and track a is scaled or clipped"):
        check_profiles(["profile_auprc"], [Scaling(), Scaling(scale=2.0, name="track a")], 10)
    with pytest.raises(ConfigError, match="keeps every score"):
        check_profiles(["profile_auprc"], [Scaling()], 10**9)
