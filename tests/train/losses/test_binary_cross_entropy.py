"""Binary cross-entropy: masks, weights, against torch's own."""

import numpy as np
import pytest
import torch
from tests.contracts.loss import check_loss
from torch.nn.functional import binary_cross_entropy_with_logits

from senformer.train.losses import LOSSES
from senformer.train.losses.binary_cross_entropy import binary_cross_entropy


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    prediction = 4 * torch.randn((2, 5, 3), generator=generator)
    target = (torch.rand((2, 5, 3), generator=generator) < 0.4).float()
    return prediction, target


def test_binary_cross_entropy__contract() -> None:
    check_loss(binary_cross_entropy, lambda unit: (unit < 0.4).float())


@pytest.mark.parametrize("weighted", [False, True])
def test_binary_cross_entropy__equals_torch(weighted: bool) -> None:
    prediction, target = pair()
    weight = torch.tensor([3.0, 0.5, 2.0]) if weighted else None
    positive = torch.tensor([9.0, 1.0, 0.25]) if weighted else None
    found = binary_cross_entropy(prediction, target, weight, positive_weight=positive)
    known = binary_cross_entropy_with_logits(prediction, target, weight, pos_weight=positive)
    torch.testing.assert_close(found, known)


def test_binary_cross_entropy__worked_by_hand() -> None:
    # log odds 0 and log 3: probabilities 1/2 and 3/4; labels 1 and 0
    found = binary_cross_entropy(torch.tensor([[[0.0], [np.log(3.0)]]]), torch.tensor([[[1.0], [0.0]]]))
    assert found.item() == pytest.approx((np.log(2) + np.log(4)) / 2, rel=1e-6)


def test_binary_cross_entropy__masked_entries_count_for_nothing() -> None:
    prediction, target = pair()
    target[0, 1, 2] = target[1, 4, 0] = torch.nan
    known = ~target.isnan()
    prediction.requires_grad_()
    loss = binary_cross_entropy(prediction, target, positive_weight=torch.tensor([2.0, 2.0, 2.0]))
    loss.backward()
    alone = binary_cross_entropy_with_logits(
        prediction[known], target[known], pos_weight=torch.full((28,), 2.0)
    )
    torch.testing.assert_close(loss, alone)
    assert (prediction.grad[~known] == 0).all()


def test_binary_cross_entropy__far_logits_are_finite() -> None:
    # exactly x where the answer is wrong, 0 where it is right
    prediction = torch.tensor([[[1e4], [-1e4]]], dtype=torch.float32)
    assert binary_cross_entropy(prediction, torch.tensor([[[0.0], [0.0]]])).item() == 5e3
    half = binary_cross_entropy(prediction.bfloat16(), torch.zeros(1, 2, 1))
    assert half.dtype == torch.float32
    assert LOSSES["binary_cross_entropy"].function is binary_cross_entropy
