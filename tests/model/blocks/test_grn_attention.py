import torch

from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.grn_attention import ChannelAttention, PairAttention, SharedVector

X = torch.randn(2, 7, 5, generator=torch.Generator().manual_seed(1))


def test_channel_attention__every_channel_by_its_own_softmax():
    weights = X.exp() / X.exp().sum(dim=1, keepdim=True)
    torch.testing.assert_close(ChannelAttention()(X), (weights * X).sum(dim=1, keepdim=True))


def test_shared_vector__the_mean_of_what_channels_ask_for():
    torch.manual_seed(0)
    layer = SharedVector(7, TORCH)
    asked = [layer.dense(X[..., channel]).softmax(dim=-1) for channel in range(5)]
    weights = torch.stack(asked).mean(dim=0)
    torch.testing.assert_close(layer(X), X * weights[..., None])
    torch.testing.assert_close(layer.weights(X).sum(dim=1), torch.ones(2, 1))


def test_pair_attention__added_to_what_it_is_of():
    torch.manual_seed(0)
    layer = PairAttention(7, 5, TORCH)
    placed = X + layer.places
    scores = layer.query(placed) @ layer.key(placed).transpose(1, 2) / 2**0.5
    torch.testing.assert_close(layer(X), X + scores.softmax(dim=-1) @ layer.value(placed))
