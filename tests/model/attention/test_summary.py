import pytest
import torch
from tests.oracles.linear_attention import linear_weights

from senformer.core.errors import DataError
from senformer.model.attention.summary import Summing, features, linear_attention

BATCH, HEADS, VALUE = 2, 3, 6


def operands(n_bins, dim, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(BATCH, n_bins, HEADS, size, generator=generator, dtype=torch.float64)
        .to(dtype)
        .requires_grad_()
        for size in (dim, dim, VALUE)
    ]


def plain(query, key, value, base=100.0):
    weights = linear_weights(query.transpose(1, 2), key.transpose(1, 2), base)
    return (weights @ value.transpose(1, 2)).transpose(1, 2)


# One bin; an odd key; a single feature, which is not turned; whole and ragged chunks of 5.
@pytest.mark.parametrize(("n_bins", "dim"), [(1, 4), (13, 5), (13, 1), (15, 4), (4, 2)])
def test_linear_attention__equals_all_pairs(monkeypatch, n_bins, dim):
    monkeypatch.setattr("senformer.model.attention.summary._CHUNK", 5)
    given = operands(n_bins, dim)
    found, expected = linear_attention(Summing(100.0), *given), plain(*given)
    torch.testing.assert_close(found, expected, atol=1e-12, rtol=1e-12)
    grad = torch.randn(found.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for got, want in zip(
        torch.autograd.grad(found, given, grad), torch.autograd.grad(expected, given, grad), strict=True
    ):
        torch.testing.assert_close(got, want, atol=1e-12, rtol=1e-12)


def test_linear_attention__dropout_gradient(monkeypatch):
    monkeypatch.setattr("senformer.model.attention.summary._CHUNK", 5)
    generator = torch.Generator().manual_seed(4)
    key_keep = (torch.rand(BATCH, 7, HEADS, 1, generator=generator) > 0.4) / 0.6
    position_keep = (torch.rand(2, 7, 2, generator=generator) > 0.3) / 0.7
    summing = Summing(100.0, key_keep.double(), position_keep.double())
    assert torch.autograd.gradcheck(
        lambda *given: linear_attention(summing, *given), operands(7, 4), fast_mode=True
    )


def test_linear_attention__dropped_keys_stay_in_the_divisor():
    query, key, value = operands(6, 4)
    keep = torch.ones(BATCH, 6, HEADS, 1, dtype=torch.float64)
    keep[:, 2] = 0
    found = linear_attention(Summing(100.0, keep), query, key, value)
    gone = value.clone()
    gone[:, 2] = 0
    torch.testing.assert_close(found, plain(query, key, gone))


def test_linear_attention__bfloat16_sums_in_float32():
    n_bins = 3000
    given = [x.detach() for x in operands(n_bins, 8, torch.bfloat16)]
    expected = plain(*(x.double() for x in given))
    found = linear_attention(Summing(100.0), *given)
    assert found.dtype == torch.bfloat16
    # No worse than the rounding of the result: sums in bfloat16 would stop growing at 256 terms.
    torch.testing.assert_close(found.double(), expected, atol=1e-4, rtol=2**-8)


def test_linear_attention__long_sums_are_accurate():
    given = [x.detach() for x in operands(20_000, 8, torch.float32)]
    found = linear_attention(Summing(10_000.0), *given)
    expected = linear_attention(Summing(10_000.0), *(x.double() for x in given))
    torch.testing.assert_close(found.double(), expected, atol=1e-6, rtol=1e-5)


def test_linear_attention__far_below_zero():
    query, key, value = (x.detach() for x in operands(9, 4, torch.float32))
    given = [x.requires_grad_() for x in (query - 300, key - 300, value)]
    found = linear_attention(Summing(100.0), *given)
    assert all(bool(x.isfinite().all()) for x in (found, *torch.autograd.grad(found.sum(), given)))


def test_features__elu_plus_one():
    x = torch.tensor([-30.0, -2.0, 0.0, 1.5], dtype=torch.float64).view(1, 2, 2, 1)
    found = features(x).transpose(1, 2).flatten()
    torch.testing.assert_close(found, torch.nn.functional.elu(x).flatten() + 1, atol=1e-15, rtol=0)
    assert float(found[0]) == pytest.approx(9.3576e-14, rel=1e-4)  # not 0, as in float32 elu + 1


def test_linear_attention__second_derivatives_are_refused():
    given = operands(6, 4)
    with pytest.raises(DataError, match="linear attention: second derivatives"):
        torch.autograd.grad(linear_attention(Summing(100.0), *given).sum(), given, create_graph=True)
