import pytest
import torch
from torch.utils.checkpoint import checkpoint

from senformer.core.errors import DataError
from senformer.model.derivatives import first_order


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.square()

    @staticmethod
    @first_order("the square")
    def backward(ctx, grad):
        return 2 * ctx.saved_tensors[0] * grad


def test_first_order__second_derivative_is_refused():
    x = torch.randn(3, requires_grad=True)
    with pytest.raises(DataError, match=r"the square: second derivatives are not computed.* Take finite"):
        torch.autograd.grad(Square.apply(x).sum(), x, create_graph=True)


def test_first_order__gradient_penalty_in_a_larger_loss_is_refused():
    x = torch.randn(3, requires_grad=True)
    y = Square.apply(x * 2)
    with pytest.raises(DataError, match="the square"):
        gradient = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
        (y.sum() + gradient.square().sum()).backward()


@pytest.mark.parametrize("grads_enabled", [True, False])
def test_first_order__ordinary_gradients(grads_enabled):
    x = torch.randn(3, requires_grad=True)
    y = Square.apply(x).sum()
    with torch.set_grad_enabled(grads_enabled):
        y.backward()
    torch.testing.assert_close(x.grad, 2 * x.detach())


def test_first_order__inside_a_checkpoint():
    x = torch.randn(3, requires_grad=True)
    checkpoint(lambda x: Square.apply(x.sin()).cos(), x, use_reentrant=False).sum().backward()
    wanted = torch.autograd.grad(x.sin().square().cos().sum(), x)[0]
    torch.testing.assert_close(x.grad, wanted)
