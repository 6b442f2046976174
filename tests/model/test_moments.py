import pytest
import torch

from senformer.model import moments
from senformer.model.moments import (
    Moments,
    add_input_gradient,
    all_reduced,
    input_gradient,
    n_processes,
    power_sums,
)


def test_power_sums__leaves_its_input(monkeypatch):
    monkeypatch.setattr(moments, "_ROWS", {"cpu": 4, "cuda": 4})
    x = torch.randn(3, 11, 5, dtype=torch.float64)
    before = x.clone()
    torch.testing.assert_close(power_sums(x), torch.stack([x.sum((0, 1)), x.square().sum((0, 1))]))
    assert torch.equal(x, before)


def test_add_input_gradient__equals_autograd():
    x = torch.randn(2, 9, 5, dtype=torch.float64, requires_grad=True)
    d_sums, dx = torch.randn(2, 5, dtype=torch.float64), torch.randn(2, 9, 5, dtype=torch.float64)
    sums = torch.stack([x.sum((0, 1)), x.square().sum((0, 1))])
    expected = dx + torch.autograd.grad(sums, x, d_sums)[0]
    add_input_gradient(x.detach(), dx, d_sums)
    torch.testing.assert_close(dx, expected)


def test_input_gradient__rounded_once():
    x, dx = (torch.randn(2, 9, 5).bfloat16() for _ in range(2))
    d_sums = torch.randn(2, 5, dtype=torch.float64)
    expected = dx.double() + d_sums[0] + 2 * x.double() * d_sums[1]
    found = input_gradient(x, dx, d_sums)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, expected.bfloat16(), rtol=2**-8, atol=1e-6)


def test_moments__of_sums_and_running_statistics():
    x, count = torch.randn(3, 11, 5, dtype=torch.float64) + 10, 33
    found = Moments.of_sums(power_sums(x), count)
    flat = x.flatten(0, 1)
    assert found.count == count
    torch.testing.assert_close(found.mean, flat.mean(0))
    torch.testing.assert_close(found.var, flat.var(0, correction=0))
    mean, var = torch.zeros(5), torch.ones(5)
    norm = torch.nn.BatchNorm1d(5).double()
    norm(flat)
    found.follow(mean, var, 0.1)
    torch.testing.assert_close(mean.double(), norm.running_mean, rtol=1e-6, atol=0)
    torch.testing.assert_close(var.double(), norm.running_var, rtol=1e-6, atol=0)


def test_moments__gradients_equal_autograd():
    x = torch.randn(7, 5, dtype=torch.float64, requires_grad=True)
    weight, bias, direction = (torch.randn(n, dtype=torch.float64) for n in (5, 5, 35))
    direction = direction.view(7, 5)
    y = torch.nn.functional.batch_norm(x, None, None, weight, bias, training=True)
    expected = torch.autograd.grad(y, x, direction)[0]
    found = Moments.of_sums(power_sums(x.detach()[None]), 7)
    scale = (found.var + 1e-5).rsqrt()
    held = direction * weight * scale
    d_weight = (direction * (x.detach() - found.mean) * scale).sum(0)
    d_sum, d_square = found.gradients(weight, d_weight, direction.sum(0), 1e-5)
    torch.testing.assert_close(held + d_sum + 2 * x.detach() * d_square, expected)


def test_moments__of_one_process():
    assert n_processes() == 1
    sums = torch.ones(3)
    assert all_reduced(sums) is sums


@pytest.mark.gpu
def test_power_sums__a_part_of_an_example_at_a_time_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    x = torch.randn(1, 2**19 + 3, 8, device="cuda")
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    found = power_sums(x)
    assert torch.cuda.max_memory_allocated() - before < 2**16 * 8 * 8 * 4
    torch.testing.assert_close(found[0], x.double().sum((0, 1)))
