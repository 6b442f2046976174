import torch

from senformer.model.blocks.max_pool import MaxPool


def test_max_pool__drops_or_keeps_the_tail():
    x = torch.tensor([3.0, 1.0, 2.0, 5.0, 4.0, 0.0, 7.0]).reshape(1, 7, 1)
    plain, ceiled = MaxPool(3), MaxPool(3, is_ceiled=True)
    assert plain(x).flatten().tolist() == [3.0, 5.0]
    assert ceiled(x).flatten().tolist() == [3.0, 5.0, 7.0]
    assert (plain.out_length(7), ceiled.out_length(7), ceiled.out_length(6)) == (2, 3, 2)
