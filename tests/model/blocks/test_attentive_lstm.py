import torch

from senformer.model.blocks.attentive_lstm import AttentiveLstm, SignalEncoders
from senformer.model.blocks.framework import TORCH


def test_attentive_lstm__weighed_sum_of_what_the_lstm_reads():
    torch.manual_seed(0)
    layer, x = AttentiveLstm(3, 4, TORCH).eval(), torch.randn(2, 7, 3)
    read, weights = layer.lstm(x), layer.weights(x)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(2))
    torch.testing.assert_close(layer(x)[:, 0], torch.einsum("bp,bpc->bc", weights, read))


def test_signal_encoders__each_signal_by_itself():
    torch.manual_seed(0)
    layer, x = SignalEncoders(3, 4, TORCH).eval(), torch.randn(2, 7, 3)
    found = layer(x)
    for signal, encoder in enumerate(layer.encoders):
        alone = x[..., signal : signal + 1]
        torch.testing.assert_close(found[:, signal], encoder(alone)[:, 0])
        torch.testing.assert_close(layer.weights(x)[..., signal], encoder.weights(alone))


def test_attentive_lstm__drops_in_training():
    layer, x = AttentiveLstm(3, 4, TORCH, dropout=0.5), torch.randn(2, 7, 3)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))
