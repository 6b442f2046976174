"""Mean squared error: masks, weights, against numpy."""

import numpy as np
import pytest
import torch
from tests.contracts.loss import check_loss

from senformer.train.losses import LOSSES
from senformer.train.losses.mse import mse


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    prediction = torch.randn((2, 5, 3), generator=generator)
    target = torch.randn((2, 5, 3), generator=generator)
    target[0, 1, 2] = target[1, 4, 0] = torch.nan
    return prediction, target


def test_mse__contract() -> None:
    check_loss(mse)


def test_mse__equals_numpy() -> None:
    prediction, target = pair()
    terms = (prediction.double().numpy() - target.double().numpy()) ** 2
    assert mse(prediction, target).item() == pytest.approx(np.nanmean(terms), rel=1e-6)
    weight = torch.tensor([3.0, 0.5, 2.0])
    known = np.nanmean(terms * weight.numpy())
    assert mse(prediction, target, weight).item() == pytest.approx(known, rel=1e-6)


def test_mse__worked_by_hand() -> None:
    # (1 - 3)^2 and (-2 - -1)^2, their mean
    found = mse(torch.tensor([[[1.0], [-2.0]]]), torch.tensor([[[3.0], [-1.0]]]))
    assert found.item() == pytest.approx(2.5)


def test_mse__masked_entries_have_no_gradient() -> None:
    prediction, target = pair()
    prediction.requires_grad_()
    mse(prediction, target).backward()
    assert (prediction.grad[target.isnan()] == 0).all()
    assert (prediction.grad[~target.isnan()] != 0).all()


def test_mse__all_masked_is_zero() -> None:
    prediction = torch.ones((1, 1, 2), requires_grad=True)
    loss = mse(prediction, torch.full((1, 1, 2), torch.nan))
    loss.backward()
    assert loss.item() == 0
    assert (prediction.grad == 0).all()


def test_mse__half_precision_is_computed_in_fp32() -> None:
    found = mse(torch.full((1, 1, 1), 300.0, dtype=torch.float16), torch.full((1, 1, 1), -300.0))
    assert found.dtype == torch.float32
    assert found.item() == 360_000
    assert LOSSES["mse"].function is mse
