import numpy as np
import torch

from senformer.train.losses import LOSSES
from senformer.train.losses.kind import entries, profiles


def _names(attribute):
    return {name for name, loss in LOSSES.items() if getattr(loss, attribute)}


def test_loss__what_each_of_the_table_asks_for():
    assert set(LOSSES) - _names("mean_of") == {"pearson", "cosine"}
    assert _names("is_of_counts") == {"poisson", "poisson_multinomial", "multinomial_mse"}
    assert _names("is_of_labels") == {"binary_cross_entropy"}
    assert _names("is_of_log_rates") == {"multinomial_mse"}


def test_loss__is_called_as_its_function():
    prediction, target = torch.rand((2, 3, 4)), torch.rand((2, 3, 4))
    for loss in LOSSES.values():
        assert loss(prediction, target) == loss.function(prediction, target)


def test_entries__and_profiles_that_are_measured():
    targets = np.ones((2, 5, 3), np.float32)
    targets[1, :, 2] = targets[0, 0, 1] = np.nan
    # 30 - 5 - 1 entries; of 6 profiles one has no bin
    assert (entries(targets), profiles(targets)) == (24, 5)
