"""Updates of two parameters with given gradients, the second of which may be skipped."""

import numpy as np
import torch

from senformer.train.config import TrainConfig
from senformer.train.optimizer import (
    load_optimizer,
    make_optimizer,
    optimizer_kind,
    optimizer_tensors,
    set_rate,
)

STEPS = 12
_rng = np.random.default_rng(7)
GRADIENTS = {
    "a.weight": list(_rng.normal(size=(STEPS, 3, 2))),
    # The head of another organism: it comes in at the third update, and every second time.
    "b.weight": [g if i >= 2 and i % 2 == 0 else None for i, g in enumerate(_rng.normal(size=(STEPS, 4, 3)))],
}


def make_model():
    torch.manual_seed(2)
    return torch.nn.ModuleDict(
        {"a": torch.nn.Linear(2, 3, bias=False), "b": torch.nn.Linear(3, 4, bias=False)}
    )


def run(config, *, rates=None, cut=None):
    """Return the weights after every update, by parameter; ``cut`` saves and loads before that update."""
    model = make_model()
    optimizer = make_optimizer(model, config)
    found = {name: [] for name in GRADIENTS}
    for step in range(STEPS):
        if step == cut:
            tensors = {key: value.clone() for key, value in optimizer_tensors(model, optimizer).items()}
            optimizer = make_optimizer(model, config)
            load_optimizer(model, optimizer, tensors, "here", optimizer_kind(config)[0].parts)
        for name, parameter in model.named_parameters():
            gradient = GRADIENTS[name][step]
            parameter.grad = None if gradient is None else torch.tensor(gradient, dtype=torch.float32)
        set_rate(optimizer, rates[step] if rates else config.learning_rate)
        optimizer.step()
        for name, parameter in model.named_parameters():
            found[name].append(parameter.detach().numpy().copy())
    return found


def begin(name):
    return dict(make_model().named_parameters())[name].detach().numpy()


def config(**changes):
    return TrainConfig(steps=STEPS, learning_rate=1e-2, **changes)


def assert_equal(found, wanted):
    np.testing.assert_allclose(np.stack(found), np.stack(wanted), rtol=0, atol=2e-6)


def assert_resumes(config):
    whole = run(config)
    for cut in (0, 1, 2, 3, 7):
        for name, values in run(config, cut=cut).items():
            np.testing.assert_array_equal(np.stack(values), np.stack(whole[name]))
