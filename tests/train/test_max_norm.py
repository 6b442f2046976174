import torch
from torch import nn

from senformer.train.max_norm import limit_norms, limited


def test_limit_norms__each_output_by_itself():
    weight = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    kernels = weight.reshape(3, 1, 2).clone()
    limit_norms([weight, kernels], 2.0)
    torch.testing.assert_close(weight, torch.tensor([[1.2, 1.6], [0.3, 0.4], [0.0, 0.0]]))
    torch.testing.assert_close(kernels, weight.reshape(3, 1, 2))


def test_limited__weights_that_train():
    model = nn.ModuleDict({"a": nn.Linear(3, 2), "b": nn.Linear(2, 2), "norm": nn.LayerNorm(2)})
    model["b"].weight.requires_grad_(False)
    assert [id(weight) for weight in limited(model)] == [id(model["a"].weight)]
