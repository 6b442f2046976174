"""What losses of whole profiles or tracks keep: a masked entry is as if it were not there.

Each such loss's test calls :func:`check_grouped_loss` with its function; the others keep ``contracts.loss``.
"""

from collections.abc import Callable, Iterator

import torch
from tests.contracts.loss import check_example_weights
from torch import Tensor

SHAPE = (4, 6, 3)


def check_grouped_loss(loss: Callable[..., Tensor], *, by_window: bool) -> None:
    """Check the contract.

    Parameters
    ----------
    loss
        Prediction, target and optional track weights to a scalar: a mean over groups of entries.
    by_window
        Whether a group is a window and track; otherwise it is a track.
    """
    generator = torch.Generator().manual_seed(11)
    prediction = 0.5 + 3 * torch.rand(SHAPE, generator=generator)
    target = torch.poisson(4 * torch.rand(SHAPE, generator=generator), generator=generator)
    weight = torch.tensor([2.0, 0.5, 3.0])
    for name, mask in _masks(generator).items():
        masked = target.masked_fill(mask, torch.nan)
        whole, parts = prediction.clone().requires_grad_(), prediction.clone().requires_grad_()
        found = loss(whole, masked, weight)
        terms = [
            loss(parts[index][kept].reshape(1, -1, 1), masked[index][kept].reshape(1, -1, 1))
            * weight[index[-1]]
            for index, kept in _groups(masked, by_window=by_window)
        ]
        expected = torch.stack(terms).mean()
        found.backward()
        expected.backward()
        torch.testing.assert_close(found, expected, msg=lambda text, name=name: f"{name} masked: {text}")
        assert whole.grad is not None
        assert (whole.grad[mask] == 0).all(), f"{name} masked: a masked entry has a gradient"
        torch.testing.assert_close(whole.grad, parts.grad, rtol=1e-4, atol=1e-6)
    nothing = prediction.clone().requires_grad_()
    loss(nothing, torch.full(SHAPE, torch.nan)).backward()
    assert loss(nothing, torch.full(SHAPE, torch.nan)).item() == 0
    assert (nothing.grad == 0).all()  # type: ignore[union-attr]
    if by_window:
        check_example_weights(loss, prediction, target)
    else:
        _check_weighted_tracks(loss, prediction, target)
    half = loss(prediction.bfloat16(), target)
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, loss(prediction, target), rtol=0.02, atol=0.02)


def _check_weighted_tracks(loss: Callable[..., Tensor], prediction: Tensor, target: Tensor) -> None:
    """A window of weight 2 is as if it came twice, one of weight 0 as if it were not there."""
    weight = torch.tensor([1.0, 2.0, 0.0, 1.0])
    rows = torch.tensor([0, 1, 1, 3])
    torch.testing.assert_close(loss(prediction, target, None, weight), loss(prediction[rows], target[rows]))
    whole = prediction.clone().requires_grad_()
    loss(whole, target, None, weight).backward()
    assert (whole.grad[2] == 0).all(), "a window of weight 0 has a gradient"  # type: ignore[index]


def _groups(target: Tensor, *, by_window: bool) -> Iterator[tuple[tuple, Tensor]]:
    windows = range(SHAPE[0]) if by_window else [slice(None)]
    for track in range(SHAPE[2]):
        for window in windows:
            index = (window, slice(None), track)
            kept = ~target[index].isnan()
            if kept.any():
                yield index, kept


def _masks(generator: torch.Generator) -> dict[str, Tensor]:
    scattered = torch.rand(SHAPE, generator=generator) < 0.3
    window, track = (torch.zeros(SHAPE, dtype=torch.bool) for _ in range(2))
    window[2], track[..., 1] = True, True
    return {
        "nothing": torch.zeros(SHAPE, dtype=torch.bool),
        "scattered": scattered,
        "a window": window,
        "a track": track,
        "all three": scattered | window | track,
    }
