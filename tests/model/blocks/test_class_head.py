import torch

from senformer.model.blocks.class_head import ClassHead
from senformer.model.blocks.framework import TORCH


def test_class_head__log_odds_of_the_softmax():
    torch.manual_seed(0)
    head, x = ClassHead(5, 3, TORCH), torch.randn(2, 1, 5)
    outputs = torch.nn.functional.linear(x, head.weight, head.bias)
    for track in range(3):
        classes = outputs[..., [track, 3 + track]].softmax(dim=-1)
        torch.testing.assert_close(torch.sigmoid(head(x)[..., track]), classes[..., 0])
