import torch
from torch import nn

from senformer.model.blocks.bilstm import BiLstm


def test_bilstm__as_torchs_own_with_its_second_bias_zero():
    torch.manual_seed(1)
    own, plain = BiLstm(5, 3), nn.LSTM(5, 3, batch_first=True, bidirectional=True)
    names = {"forward": "", "backward": "_reverse"}
    with torch.no_grad():
        for direction, end in names.items():
            own.get_parameter(f"{direction}_bias").normal_()
            for part, name in (("inputs", "weight_ih"), ("states", "weight_hh"), ("bias", "bias_ih")):
                plain.get_parameter(f"{name}_l0{end}").copy_(own.get_parameter(f"{direction}_{part}"))
            plain.get_parameter(f"bias_hh_l0{end}").zero_()
    x = torch.randn(2, 7, 5)
    torch.testing.assert_close(own(x), plain(x)[0])


def test_bilstm__forgets_little_at_first():
    layer = BiLstm(5, 3)
    assert layer.backward_bias.tolist() == [0.0] * 3 + [1.0] * 3 + [0.0] * 6
    torch.testing.assert_close(layer.forward_states.T @ layer.forward_states, torch.eye(3))
