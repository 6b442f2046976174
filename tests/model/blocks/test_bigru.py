import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from senformer.model.blocks.bigru import BiGru


def test_bigru__as_torchs_own_over_packed_sequences():
    torch.manual_seed(1)
    own, plain = BiGru(5, 3), nn.GRU(5, 3, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for direction, end in {"forward": "", "backward": "_reverse"}.items():
            own.get_parameter(f"{direction}_bias").normal_()
            for part, name in (("inputs", "weight_ih"), ("states", "weight_hh"), ("bias", "bias_ih")):
                plain.get_parameter(f"{name}_l0{end}").copy_(own.get_parameter(f"{direction}_{part}"))
            plain.get_parameter(f"bias_hh_l0{end}").zero_()
    x, lengths = torch.randn(3, 7, 5), torch.tensor([7, 2, 5])
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    expected = plain(packed)[1].transpose(0, 1).flatten(1)
    torch.testing.assert_close(own(x, lengths)[:, 0], expected)


def test_bigru__no_length_leaves_zeros():
    layer, x = BiGru(5, 3), torch.randn(2, 7, 5)
    assert not layer(x, torch.tensor([0, 4]))[0].any()


def test_bigru__orthogonal_states_of_each_gate():
    layer = BiGru(5, 3)
    for gate in layer.backward_states.split(3):
        torch.testing.assert_close(gate @ gate.T, torch.eye(3))
