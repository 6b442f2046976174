from functools import partial

import pytest
import torch
from tests.contracts.loss import check_loss
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from senformer.train.losses import LOSSES
from senformer.train.losses.labels_mse import labels_mse


@pytest.mark.parametrize("n_labels", [0.0, 3.0])
def test_labels_mse__contract(n_labels):
    check_loss(partial(labels_mse, n_labels=n_labels), lambda unit: (unit < 0.4).float())


def test_labels_mse__each_track_by_its_own_likelihood():
    torch.manual_seed(0)
    prediction, target = 3 * torch.randn(4, 2, 3), torch.randn(4, 2, 3)
    target[..., :2] = (target[..., :2] > 0).float()
    target[1, 0, 0] = torch.nan
    weight = torch.tensor([2.0, 1.0, 0.5])
    labels, values = (1 - target[..., :2].isnan().float()), 8
    total = 2 * _bce(prediction[..., 0], target[..., 0]) + _bce(prediction[..., 1], target[..., 1])
    total = total + 0.5 * mse_loss(prediction[..., 2], target[..., 2], reduction="sum")
    found = labels_mse(prediction, target, weight, n_labels=2.0)
    torch.testing.assert_close(found, total / (labels.sum() + values))
    assert LOSSES["labels_mse"].function is labels_mse


def _bce(logits, labels):
    known = ~labels.isnan()
    return binary_cross_entropy_with_logits(logits[known], labels[known], reduction="sum")
