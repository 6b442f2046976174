import numpy as np
import pytest

from senformer.classical.folds import split_folds
from senformer.core.errors import ConfigError

LABELS = np.array([1.0] * 7 + [0.0] * 13)


def test_split_folds__each_has_its_share_of_either_class():
    folds = split_folds(LABELS, 3, 1, classify=True)
    assert [np.bincount(folds[label == LABELS]).tolist() for label in (1, 0)] == [[3, 2, 2], [5, 4, 4]]
    assert (split_folds(LABELS, 3, 1, classify=True) == folds).all()
    assert (split_folds(LABELS, 3, 2, classify=True) != folds).any()
    assert np.bincount(split_folds(LABELS, 3, 1, classify=False)).tolist() == [7, 7, 6]


@pytest.mark.parametrize("n_folds", [1, 8])
def test_split_folds__refuses(n_folds):
    with pytest.raises(ConfigError, match=f"is {n_folds}; 2 to 7 folds are possible"):
        split_folds(LABELS, n_folds, 1, classify=True)
