import numpy as np
import pytest

from senformer.classical.folds import group_rows, split_folds
from senformer.core.errors import ConfigError

LABELS = np.array([1.0] * 7 + [0.0] * 13)
ALONE = np.arange(20)


def test_split_folds__each_has_its_share_of_either_class():
    folds = split_folds(LABELS, ALONE, 3, 1, classify=True)
    assert [np.bincount(folds[label == LABELS]).tolist() for label in (1, 0)] == [[3, 2, 2], [5, 4, 4]]
    assert (split_folds(LABELS, ALONE, 3, 1, classify=True) == folds).all()
    assert (split_folds(LABELS, ALONE, 3, 2, classify=True) != folds).any()
    assert np.bincount(split_folds(LABELS, ALONE, 3, 1, classify=False)).tolist() == [7, 7, 6]


@pytest.mark.parametrize("n_folds", [1, 8])
def test_split_folds__refuses(n_folds):
    with pytest.raises(ConfigError, match=f"is {n_folds}; 2 to 7 folds are possible"):
        split_folds(LABELS, ALONE, n_folds, 1, classify=True)


def test_split_folds__a_group_stays_together_and_folds_stay_even():
    groups = np.arange(20) // 2 * 2
    folds = split_folds(LABELS, groups, 3, 1, classify=True)
    assert all(len(set(folds[groups == group])) == 1 for group in np.unique(groups))
    assert all(np.ptp(np.bincount(folds[label == LABELS], minlength=3)) <= 2 for label in (0, 1))
    with pytest.raises(ConfigError, match="2 to 4 folds are possible"):
        split_folds(LABELS, groups, 5, 1, classify=True)


@pytest.mark.parametrize("seed", range(20))
def test_split_folds__with_groups_of_both_classes_every_fold_has_either(seed):
    # Groups 0 and 1 are of both classes, each with a 0; 2 to 6 of 1s alone, and 7 of a 0.
    values = np.array([1.0, 0.0, 1.0, 0.0, *[1.0] * 5, 0.0])
    groups = np.array([0, 0, 1, 1, 2, 3, 4, 5, 6, 7])
    folds = split_folds(values, groups, 3, seed, classify=True)
    for label in (0, 1):
        assert set(folds[values == label]) == {0, 1, 2}
    assert all(len(set(folds[groups == group])) == 1 for group in range(8))


def test_group_rows__near_identical_sequences_of_either_strand():
    codes = np.random.default_rng(1).integers(0, 4, (5, 120)).astype(np.uint8)
    codes[2] = 3 - codes[0][::-1]
    codes[4] = codes[1]
    codes[4, 60] = (codes[1, 60] + 1) % 4
    codes[4, 110:] = 4
    assert group_rows(codes).tolist() == [0, 1, 0, 3, 1]
