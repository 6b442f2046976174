import torch
from torch import nn

from senformer.model.blocks.block import ConvBlock
from senformer.model.blocks.feature_bank import FeatureBank, frozen
from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.global_pool import GlobalPool


def network():
    torch.manual_seed(0)
    return nn.Sequential(ConvBlock(4, 3, 2, "cbad", TORCH, dropout=0.5), GlobalPool("mean"))


def test_feature_bank__the_network_on_each_window_alone():
    plain, bank = network().eval(), FeatureBank(network(), 6, 2, torch.sigmoid).train()
    x = torch.randn(2, 13, 4)
    # Windows from 0, 2, 4 and 6 on; the thirteenth base is in none.
    expected = [torch.sigmoid(plain(x[:, start : start + 6])) for start in (0, 2, 4, 6)]
    torch.testing.assert_close(bank(x), torch.cat(expected, dim=1))
    assert bank.n_bins(13) == 4


def test_feature_bank__more_windows_than_in_one_pass():
    bank, x = FeatureBank(network(), 6, 2), torch.randn(3, 90, 4)
    torch.testing.assert_close(bank(x), torch.cat([bank(one[None]) for one in x]))
    assert bank(x).shape == (3, 43, 3)


def test_feature_bank__answers_to_the_bases():
    x = torch.randn(1, 8, 4, requires_grad=True)
    bank = FeatureBank(network(), 6, 2)
    bank(x).sum().backward()
    assert bool(x.grad.abs().sum() > 0)
    assert not list(bank.parameters())


def test_frozen__buffers_of_the_same_names():
    names = list(network().state_dict())
    module = frozen(network())
    assert not list(module.parameters())
    assert sorted(module.state_dict()) == sorted(names)
