import torch

from senformer.model.dropout import dropout, keep_factors


def test_keep_factors__rate_and_scale():
    torch.manual_seed(0)
    keep = keep_factors(torch.Size([7, 30_001]), 0.4, torch.ones(1))
    dropped = float((keep == 0).float().mean())
    # Deviation sqrt(0.24 / 210,007) = 0.0011.
    assert abs(dropped - 0.4) < 0.005
    scale = keep[keep > 0].unique()
    assert len(scale) == 1
    assert abs(float(scale) - 1 / 0.6) < 1e-4
    assert abs(float(keep.mean()) - 1) < 0.01


def test_keep_factors__same_generator_same_bits():
    first, second = (
        keep_factors(torch.Size([5, 3]), 0.5, torch.ones(1), torch.Generator().manual_seed(4)) for _ in "ab"
    )
    assert torch.equal(first, second)


def test_keep_factors__small_rates_are_exact_to_their_step():
    keep = keep_factors(torch.Size([3]), 1e-9, torch.ones(1))
    assert keep.tolist() == [1.0, 1.0, 1.0]


def test_dropout__identity_unless_training():
    x = torch.randn(4, 3)
    assert dropout(x, 0.5, training=False) is x
    assert dropout(x, 0.0, training=True) is x


def test_dropout__gradient_is_the_mask():
    x = torch.ones(40, 30, requires_grad=True)
    y = dropout(x, 0.3, training=True)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    assert torch.equal(gradient, y.detach())
