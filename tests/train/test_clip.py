import pytest
import torch

from senformer.train.clip import clip_gradients


def _parameters():
    found = [torch.nn.Parameter(torch.zeros(shape)) for shape in ((3, 2), (5,), (1,))]
    for parameter, scale in zip(found, (4.0, 0.1, 0.0), strict=True):
        parameter.grad = torch.arange(parameter.numel(), dtype=torch.float32).reshape(parameter.shape) * scale
    return found


def test_clip_gradients__each_by_its_own_norm():
    """Keras' ``clipnorm``: g * c / max(norm, c)."""
    before = [parameter.grad.clone() for parameter in _parameters()]
    clipped = _parameters()
    clip_gradients(clipped, 2.0, None)
    for old, parameter in zip(before, clipped, strict=True):
        assert torch.allclose(parameter.grad, old * 2.0 / max(float(old.norm()), 2.0))
    assert torch.equal(clipped[1].grad, before[1])


def test_clip_gradients__by_the_norm_of_all():
    clipped = _parameters()
    norm = torch.cat([parameter.grad.flatten() for parameter in clipped]).norm()
    ratio = clipped[0].grad[1, 0] / clipped[1].grad[2]
    clip_gradients(clipped, 2.0, norm)
    found = torch.cat([parameter.grad.flatten() for parameter in clipped]).norm()
    assert found.item() == pytest.approx(2.0, rel=1e-5)
    assert clipped[0].grad[1, 0] / clipped[1].grad[2] == pytest.approx(ratio.item())
