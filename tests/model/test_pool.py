import pytest
import torch

from senformer.model.pool import AttentionPool, MaxPool


def softmax_pool(x, weight):
    pairs = x.unflatten(1, (-1, 2))
    return (pairs * torch.softmax(pairs @ weight.T, dim=2)).sum(dim=2)


def test_attention_pool__is_a_softmax_over_pairs():
    torch.manual_seed(0)
    pool = AttentionPool(5).double()
    torch.nn.init.normal_(pool.weight)
    x = torch.randn(3, 8, 5, dtype=torch.float64, requires_grad=True)
    direction = torch.randn(3, 4, 5, dtype=torch.float64)
    found, expected = pool(x), softmax_pool(x, pool.weight)
    torch.testing.assert_close(found, expected)
    for got, want in zip(
        torch.autograd.grad(found, (x, pool.weight), direction),
        torch.autograd.grad(expected, (x, pool.weight), direction),
        strict=True,
    ):
        torch.testing.assert_close(got, want)


# torch's own rules of forward-mode derivatives are scripts, of which it warns.
@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")
def test_attention_pool__every_kind_of_derivative():
    torch.manual_seed(0)
    pool = AttentionPool(3).double().requires_grad_(False)
    x = torch.randn(2, 4, 3, dtype=torch.float64)
    found, expected = (
        torch.func.hessian(lambda x, run=run: run(x).square().sum())(x)
        for run in (pool, lambda x: softmax_pool(x, pool.weight))
    )
    torch.testing.assert_close(found, expected)


def test_attention_pool__begins_at_twice_the_identity():
    assert AttentionPool(3).weight.tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]


def test_max_pool__larger_of_each_pair():
    x = torch.tensor([[[1.0, 8.0], [3.0, 2.0], [5.0, 4.0], [0.0, 6.0]]])
    assert MaxPool(2)(x).tolist() == [[[3, 8], [5, 6]]]
