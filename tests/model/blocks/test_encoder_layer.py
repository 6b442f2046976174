import torch
from torch import nn

from senformer.model.blocks.encoder_layer import EncoderLayer, attend
from senformer.model.blocks.framework import KERAS


def test_attend__as_torchs_own_attention_over_heads():
    torch.manual_seed(0)
    q, k, v = torch.randn(2, 7, 6), torch.randn(2, 7, 6), torch.randn(2, 7, 6)
    whole = nn.MultiheadAttention(6, 3, bias=False, batch_first=True)
    with torch.no_grad():
        whole.in_proj_weight.copy_(torch.eye(6).repeat(3, 1))
        whole.out_proj.weight.copy_(torch.eye(6))
    torch.testing.assert_close(attend(q, k, v, 3), whole(q, k, v)[0])


def test_attend__values_of_another_width():
    q, v = torch.zeros(2, 7, 3), torch.randn(2, 7, 5)
    torch.testing.assert_close(attend(q, q, v), v.mean(dim=1, keepdim=True).expand_as(v))


def test_encoder_layer__adds_and_normalizes_twice():
    torch.manual_seed(0)
    layer, x = EncoderLayer(6, 3, 4, KERAS, dropout=0.5).eval(), torch.randn(2, 7, 6)
    q, k, v = (torch.relu(part(x)) for part in (layer.query, layer.key, layer.value))
    middle = layer.norm(x + torch.relu(layer.out(attend(q, k, v, 3))))
    expected = layer.last_norm(middle + layer.second(torch.relu(layer.first(middle))))
    torch.testing.assert_close(layer(x), expected)
    # Projections 4 * 6 * 7, units 4 * 7 and 6 * 5, norms 4 * 6.
    assert sum(p.numel() for p in layer.parameters()) == 168 + 28 + 30 + 24
