import torch
from torch.nn import functional

from senformer.model.baskerville.norm import gelu
from senformer.model.baskerville.upsampling import SeparableConvolution, Upsampling, lecun_linear


def test_separable_convolution__equals_torch():
    torch.manual_seed(0)
    layer, x = SeparableConvolution(5, 3), torch.randn(2, 9, 5)
    each = functional.conv1d(x.transpose(1, 2), layer.depthwise, padding=1, groups=5)
    expected = functional.conv1d(each, layer.weight[..., None], layer.bias)
    torch.testing.assert_close(layer(x), expected.transpose(1, 2))


def test_separable_convolution__initial_limits():
    torch.manual_seed(0)
    layer = SeparableConvolution(40, 3)
    # Keras' fans: 3 * 40 in and 3 out; 40 in and 40 out.
    for weight, limit in ((layer.depthwise, (6 / 123) ** 0.5), (layer.weight, (6 / 80) ** 0.5)):
        assert 0.9 * limit < float(weight.detach().abs().max()) <= limit


def test_upsampling__doubles_and_adds():
    torch.manual_seed(0)
    block = Upsampling(5, 3, 3).eval()
    x, kept = torch.randn(2, 4, 5), torch.randn(2, 8, 3)
    scale = (1 + 1e-3) ** 0.5
    coarse = functional.linear(gelu(x / scale), block.linear.weight)
    fine = functional.linear(gelu(kept / scale), block.kept_linear.weight)
    expected = block.conv(torch.stack([coarse, coarse], dim=2).flatten(1, 2) + fine)
    torch.testing.assert_close(block(x, kept), expected)


def test_lecun_linear__initial_deviation():
    torch.manual_seed(0)
    layer = lecun_linear(300, 80)
    assert abs(float(layer.weight.detach().std()) * 300**0.5 - 1) < 0.02
    assert not layer.bias.any()
