import pytest
import torch
from torch import Tensor

from senformer.model.activations import ACTIVATIONS, LOG_ACTIVATIONS, POSITIVE


def test_log_activations__one_for_every_activation():
    assert set(LOG_ACTIVATIONS) == set(ACTIVATIONS)
    assert set(ACTIVATIONS) - POSITIVE == {"linear", "sigmoid"}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_log_activations__are_logarithms_with_their_slopes(name):
    x = torch.linspace(0.1 if name == "linear" else -16, 30, 401, dtype=torch.float64)
    torch.testing.assert_close(LOG_ACTIVATIONS[name](x), ACTIVATIONS[name](x).log(), rtol=1e-6, atol=1e-6)
    assert torch.autograd.gradcheck(LOG_ACTIVATIONS[name], x[::7].requires_grad_())


@pytest.mark.parametrize("name", sorted(POSITIVE))
def test_log_activations__finite_where_predictions_are_not(name):
    x: Tensor = torch.tensor([-1e4, -120.0, 120.0, 1e4]).requires_grad_()
    found = LOG_ACTIVATIONS[name](x)
    found.sum().backward()
    torch.testing.assert_close(found[:2], x[:2])
    assert bool(found.isfinite().all() and x.grad.isfinite().all())
