import torch

from senformer.model.blocks.gelu import Gelu


def test_gelu__both_forms_are_near_the_exact_one():
    x = torch.linspace(-4, 4, 101)
    exact = torch.nn.functional.gelu(x)
    errors = {form: float((Gelu(form)(x) - exact).abs().max()) for form in ("tanh", "sigmoid")}
    assert errors["tanh"] < 1e-3 < errors["sigmoid"] < 0.03
    assert torch.equal(Gelu("sigmoid")(x), x * torch.sigmoid(1.702 * x))
