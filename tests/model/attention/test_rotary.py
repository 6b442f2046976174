import pytest
import torch

from senformer.model.attention.rotary import turn, turns


def test_turns__angles():
    found = turns(3, 5, 5, 100.0, torch.empty(0))
    assert found.dtype == torch.complex64
    # Two pairs of five features: a bin turns the first by a radian, the second by 100 ** (-2 / 5) of one.
    expected = torch.tensor([[3.0, 3 * 100**-0.4], [4.0, 4 * 100**-0.4]])
    torch.testing.assert_close(found.angle(), torch.atan2(expected.sin(), expected.cos()))
    torch.testing.assert_close(found.abs(), torch.ones(2, 2))


def test_turns__far_bins_are_exact():
    near, far = (turns(first, first + 1, 8, 1e4, torch.empty(0)) for first in (1_900_000, 1_900_007))
    torch.testing.assert_close(far / near, turns(7, 8, 8, 1e4, torch.empty(0)), atol=1e-6, rtol=0)


@pytest.mark.parametrize("dim", [1, 4, 5])
def test_turn__products_depend_on_distance_alone(dim):
    generator = torch.Generator().manual_seed(dim)
    query, key = torch.randn(2, 1, 2, 1, dim, generator=generator, dtype=torch.float64)

    def product(i, j):
        return turn(query, turns(i, i + 1, dim, 50.0, query)) @ turn(key, turns(j, j + 1, dim, 50.0, key)).mT

    torch.testing.assert_close(product(3, 9), product(103, 109))
    assert torch.equal(product(3, 9), product(0, 0)) == (dim == 1)
    # The last feature of an odd number is not turned.
    assert (dim % 2 == 0) or torch.equal(turn(query, turns(5, 6, dim, 50.0, query))[..., -1], query[..., -1])


def test_turn__gradient_is_the_conjugate():
    x = torch.randn(1, 2, 3, 5, dtype=torch.float64, requires_grad=True)
    by = torch.randn(3, 2, dtype=torch.complex128)  # of any length, as dropout makes it
    grad = torch.randn(1, 2, 3, 5, dtype=torch.float64)
    (expected,) = torch.autograd.grad(turn(x, by), x, grad)
    torch.testing.assert_close(turn(grad, by.conj()), expected)
