import torch

from senformer.model.blocks.framework import TORCH
from senformer.model.blocks.view_head import ViewHead


def outputs(head, x):
    return [torch.nn.functional.linear(view, head.weight, head.bias) for view in x.split(5, dim=-1)]


def test_view_head__the_largest_output():
    head, x = ViewHead(5, 2, TORCH, "max"), torch.randn(3, 1, 15)
    torch.testing.assert_close(head(x), torch.stack(outputs(head, x)).amax(0))


def test_view_head__log_odds_of_the_mean_probability():
    head, x = ViewHead(5, 2, TORCH, "mean_probability"), 3 * torch.randn(3, 1, 10)
    first, second = outputs(head, x)
    torch.testing.assert_close(torch.sigmoid(head(x)), (torch.sigmoid(first) + torch.sigmoid(second)) / 2)


def test_view_head__log_odds_far_from_even():
    head, x = ViewHead(5, 2, TORCH, "mean_probability"), torch.randn(3, 1, 5)
    far = 1000 * x
    # A single view has its own log odds, where its probability is 0 or 1 in single precision.
    torch.testing.assert_close(head(far), outputs(head, far)[0])
