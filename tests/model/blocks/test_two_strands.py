import torch
from torch import nn

from senformer.model.blocks.two_strands import TwoStrands


def test_two_strands__each_in_its_own_direction():
    bases = torch.eye(4)[torch.tensor([[0, 2, 3]])]
    found = TwoStrands([nn.Identity()], [nn.Identity(), nn.ReLU()])(bases)
    # A, G, T and its other strand A, C, T.
    assert found.tolist() == torch.cat([bases, torch.eye(4)[torch.tensor([[0, 1, 3]])]], dim=-1).tolist()
