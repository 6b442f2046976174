import torch

from senformer.model.blocks.bigru import BiGru
from senformer.model.blocks.bilstm import BiLstm


def test_two_directions__one_bias_a_gate():
    for block, n_gates in ((BiGru(5, 7), 3), (BiLstm(5, 7), 4)):
        shapes = {name: tuple(values.shape) for name, values in block.named_parameters()}
        wanted = {"inputs": (n_gates * 7, 5), "states": (n_gates * 7, 7), "bias": (n_gates * 7,)}
        assert shapes == {
            f"{direction}_{part}": shape
            for direction in ("forward", "backward")
            for part, shape in wanted.items()
        }


def test_two_directions__directions_begin_with_values_of_their_own():
    block = BiLstm(5, 7)
    assert not torch.equal(block.forward_inputs, block.backward_inputs)
    assert torch.equal(block.forward_bias, block.backward_bias)
    assert block.forward_bias[7:14].eq(1).all()
    assert block.forward_bias.sum() == 7
