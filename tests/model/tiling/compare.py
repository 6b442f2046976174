"""What the tiled and the untiled way say of one model and input."""

import torch
from tests.model.toy import small_model

from senformer.model.network import Enformer
from senformer.model.tiling.recompute import run_stage
from senformer.model.tiling.stage import stages

MODES = ("frozen", "training", "some")


def model_in(mode, dtype=torch.float64, **overrides) -> Enformer:
    """Return a small model; ``some``: one norm of a block is frozen, and a whole block."""
    model = small_model(**overrides).to(dtype).train(mode != "frozen")
    if mode == "some":
        model.tower[0].norm.eval()
        model.tower[1].eval()
    return model


def tiled(model, x):
    for stage in stages(model.stem, model.tower):
        x = run_stage(stage, x)
    return x


def results(model, run, x):
    """Return output, gradients of input and parameters, and running statistics, by name."""
    x = x.clone().requires_grad_()
    y = run(x)
    direction = torch.randn(y.shape, generator=torch.Generator().manual_seed(3)).to(y)
    parameters = {n: p for n, p in model.named_parameters() if n.startswith(("stem", "tower"))}
    gradients = torch.autograd.grad(y, [x, *parameters.values()], direction)
    running = {n: v.clone() for n, v in model.state_dict().items() if "running" in n}
    return {"y": y.detach(), **dict(zip(["x", *parameters], gradients, strict=True)), **running}


def assert_same(found, expected, tolerance):
    """Compare with an error relative to the largest value; of what is zero in theory, to that of all."""
    largest = max(float(value.abs().max()) for value in expected.values())
    for name, value in expected.items():
        scale = max(float(value.abs().max()), 1e-3 * largest)
        error = float((found[name] - value).abs().max()) / scale
        assert error < tolerance, (name, error)


def assert_as_near(found, plain, exact, tolerance):
    """Hold the distance from the exact values below a tolerance, or below four times the plain way's."""
    for name, value in exact.items():
        scale = float(value.norm())
        own, theirs = (float((values[name] - value).norm()) for values in (found, plain))
        assert own <= max(tolerance * scale, 4 * theirs), (name, own / scale, theirs / scale)
