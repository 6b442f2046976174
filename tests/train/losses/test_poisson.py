import numpy as np
import pytest
import torch
from tests.contracts.loss import check_loss

from senformer.train.losses.poisson import poisson


def _pair(seed=1):
    generator = torch.Generator().manual_seed(seed)
    prediction = torch.rand((2, 5, 3), generator=generator) * 4
    target = torch.rand((2, 5, 3), generator=generator) * 9
    return prediction, target


def test_poisson__contract():
    check_loss(poisson)


def test_poisson__keras_form_in_float64():
    prediction, target = _pair()
    p, y = prediction.double().numpy(), target.double().numpy()
    assert poisson(prediction, target).item() == pytest.approx((p - y * np.log(p + 1e-7)).mean(), rel=1e-6)


def test_poisson__worked_by_hand():
    # (2 - 3 ln 2) and (1 - 0 ln 1), their mean
    prediction, target = torch.tensor([[[2.0], [1.0]]]), torch.tensor([[[3.0], [0.0]]])
    assert poisson(prediction, target).item() == pytest.approx((2 - 3 * np.log(2) + 1) / 2, rel=1e-6)


def test_poisson__weights_count_by_track_over_the_same_number_of_entries():
    prediction, target = _pair()
    target[0, 1, 2] = torch.nan
    weight = torch.tensor([3.0, 0.5, 2.0])
    p, y = prediction.double().numpy(), target.double().numpy()
    terms = (p - y * np.log(p + 1e-7)) * weight.numpy()
    assert poisson(prediction, target, weight).item() == pytest.approx(np.nanmean(terms), rel=1e-6)


def test_poisson__zero_prediction_is_finite():
    # 0 - 2 ln 1e-7
    loss = poisson(torch.zeros(1, 1, 1), torch.full((1, 1, 1), 2.0))
    assert loss.item() == pytest.approx(-2 * np.log(1e-7), rel=1e-6)


def test_poisson__masked_entries_count_for_nothing():
    prediction, target = _pair()
    target[0, 1, 2] = target[1, 4, 0] = torch.nan
    is_measured = ~target.isnan()
    prediction.requires_grad_()
    loss = poisson(prediction, target)
    loss.backward()
    assert loss.item() == pytest.approx(
        poisson(prediction[is_measured].reshape(1, 4, 7), target[is_measured].reshape(1, 4, 7)).item(),
        rel=1e-6,
    )
    assert (prediction.grad[~is_measured] == 0).all()
    assert (prediction.grad[is_measured] != 0).all()


def test_poisson__all_masked_is_zero_with_zero_gradient():
    prediction, _ = _pair()
    prediction.requires_grad_()
    loss = poisson(prediction, torch.full((2, 5, 3), torch.nan))
    loss.backward()
    assert loss.item() == 0
    assert (prediction.grad == 0).all()


def test_poisson__half_precision_is_computed_in_fp32():
    prediction, target = _pair()
    low = prediction.bfloat16()
    loss = poisson(low, target)
    assert loss.dtype == torch.float32
    assert loss.item() == poisson(low.float(), target).item()


def test_poisson__infinite_target_is_not_hidden():
    prediction, target = _pair()
    target[0, 0, 0] = torch.inf
    assert not poisson(prediction, target).isfinite()
