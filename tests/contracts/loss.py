"""What every loss of ``LOSSES`` keeps: a masked entry adds neither loss nor gradient, wherever it lies.

Each loss's test calls :func:`check_loss` with its function.
"""

from collections.abc import Callable

import torch
from torch import Tensor

SHAPE = (4, 6, 3)


def check_loss(
    loss: Callable[..., Tensor], target: Callable[[Tensor], Tensor] = lambda unit: unit * 9
) -> None:
    """Check the contract.

    Parameters
    ----------
    loss
        Prediction, target and optional track weights to a scalar.
    target
        Values between 0 and 1 to allowed targets; predictions are those values themselves, not 0 or 1.
    """
    generator = torch.Generator().manual_seed(11)
    prediction = 0.02 + 0.96 * torch.rand(SHAPE, generator=generator)
    measured = target(torch.rand(SHAPE, generator=generator))
    for name, mask in _masks(generator).items():
        _equals_the_measured_entries(loss, prediction, measured.masked_fill(mask, torch.nan), name)
    _is_zero_where_nothing_is_measured(loss, prediction)
    check_example_weights(loss, prediction, measured)


def check_example_weights(loss: Callable[..., Tensor], prediction: Tensor, target: Tensor) -> None:
    """A weight on every window is a factor on its terms: of a mean over windows of one size it is linear."""
    masked = target.masked_fill(torch.arange(SHAPE[1])[None, :, None] == 2, torch.nan)
    weight = torch.tensor([2.0, 0.0, 1.0, 0.5])
    alone = [loss(prediction[i : i + 1], masked[i : i + 1]) for i in range(SHAPE[0])]
    found = loss(prediction, masked, None, weight)
    torch.testing.assert_close(found, (torch.stack(alone) * weight).mean())
    whole = prediction.clone().requires_grad_()
    loss(whole, masked, None, weight).backward()
    assert whole.grad is not None
    assert (whole.grad[1] == 0).all(), "a window of weight 0 has a gradient"
    torch.testing.assert_close(loss(prediction, masked, None, torch.ones(4)), loss(prediction, masked))


def _masks(generator: torch.Generator) -> dict[str, Tensor]:
    scattered = torch.rand(SHAPE, generator=generator) < 0.3
    window, track, both = (torch.zeros(SHAPE, dtype=torch.bool) for _ in range(3))
    window[2] = True
    track[..., 1] = True
    both[0], both[..., 2] = True, True
    none = torch.zeros(SHAPE, dtype=torch.bool)
    return {
        "none": none,
        "scattered": scattered,
        "a window": window,
        "a track": track,
        "both": both | scattered,
    }


def _equals_the_measured_entries(
    loss: Callable[..., Tensor], prediction: Tensor, target: Tensor, name: str
) -> None:
    """The loss and gradient of the measured entries alone, one track after the other, are those of all."""
    is_measured = ~target.isnan()
    whole = prediction.clone().requires_grad_()
    found = loss(whole, target)
    found.backward()
    alone = [
        prediction[..., k][is_measured[..., k]].reshape(1, -1, 1).requires_grad_() for k in range(SHAPE[2])
    ]
    total = sum(
        loss(part, target[..., k][is_measured[..., k]].reshape(1, -1, 1)) * part.numel()
        for k, part in enumerate(alone)
        if part.numel()
    ) / int(is_measured.sum())  # fmt: skip
    total.backward()  # type: ignore[union-attr]
    torch.testing.assert_close(found, total, msg=lambda text: f"{name} masked: {text}")
    gradient = whole.grad
    assert gradient is not None
    assert (gradient[~is_measured] == 0).all(), f"{name} masked: a masked entry has a gradient"
    for k, part in enumerate(alone):
        if part.numel():
            torch.testing.assert_close(gradient[..., k][is_measured[..., k]], part.grad.flatten())  # type: ignore[union-attr]


def _is_zero_where_nothing_is_measured(loss: Callable[..., Tensor], prediction: Tensor) -> None:
    whole = prediction.clone().requires_grad_()
    found = loss(whole, torch.full(SHAPE, torch.nan))
    found.backward()
    assert found.item() == 0
    assert whole.grad is not None
    assert (whole.grad == 0).all()
