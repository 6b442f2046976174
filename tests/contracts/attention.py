"""What every softmax attention kind must do, called by each kind's own test."""

from collections.abc import Callable
from dataclasses import replace

import torch
from tests.oracles.attention import dense_layer, layer_mask
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import Attention, AttentionSizes
from senformer.model.positions import POSITIONS
from senformer.model.positions.table import PositionTable

CHANNELS, HEADS, KEY, VALUE, FEATURES, BATCH = 9, 3, 4, 5, 6, 2


def make_layer(kind: str, *, layer: int = 0, dropout: float = 0.0, **config: int) -> Attention:
    """Return a small layer whose every parameter is random."""
    torch.manual_seed(1)
    sizes = AttentionSizes(CHANNELS, HEADS, KEY, VALUE, FEATURES, dropout, 0.0)
    attention = ATTENTIONS[kind]
    module = attention(sizes, attention.config_class(kind=kind, **config), layer)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.5)
    return module


def make_inputs(n_bins: int, n_tokens: int = 0) -> tuple[Tensor, PositionTable]:
    """Return activations of a window and of tokens behind it, and the basis of its distances."""
    generator = torch.Generator().manual_seed(n_bins)
    x = torch.randn(BATCH, n_bins + n_tokens, CHANNELS, generator=generator)
    return x, PositionTable(POSITIONS["relative"], n_bins, FEATURES, 50, torch.empty(0))


def named_bins(n_bins: int) -> Tensor:
    """Return other named bins for each example: a few, neighbors among them, and the last."""
    mask = torch.zeros(BATCH, n_bins, dtype=torch.bool)
    mask[0, [n_bins // 3, n_bins // 3 + 1, n_bins // 2]] = True
    mask[1, [n_bins - 1]] = True
    return mask


def equals_dense_under_its_pattern(module: Attention, n_bins: int, global_bins: Tensor | None = None) -> None:
    """Values and every gradient are those of dense attention with the pattern as a mask."""
    x, positions = make_inputs(n_bins, module.n_tokens)
    wanted = [x.requires_grad_(), *module.parameters()]
    expected = dense_layer(module, x, positions.whole(), layer_mask(module, n_bins, global_bins))
    found = module(x, positions, global_bins)
    weight = torch.randn(found.shape, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    with torch.no_grad():
        torch.testing.assert_close(module(x, positions, global_bins), expected, atol=1e-5, rtol=1e-5)
    for got, want in zip(
        torch.autograd.grad((found * weight).sum(), wanted),
        torch.autograd.grad((expected * weight).sum(), wanted),
        strict=True,
    ):
        scale = max(1.0, float(want.abs().max()))
        torch.testing.assert_close(got, want, atol=1e-5 * scale, rtol=0)


def projects_on_demand_what_it_keeps_whole(
    module: Attention, n_bins: int, global_bins: Tensor | None = None
) -> None:
    """Relative keys that are projected a tile at a time give the same values, under autocast too."""
    x, positions = make_inputs(n_bins)
    with torch.no_grad():
        for bf16, tolerance in ((False, 1e-5), (True, 0.05)):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                expected = module(x, positions, global_bins)
                found = module(x, _on_demand(positions), global_bins)
            scale = float(expected.float().abs().max())
            torch.testing.assert_close(found, expected, atol=tolerance * scale, rtol=0)


def _on_demand(positions: PositionTable) -> PositionTable:
    class OnDemand(PositionTable):
        is_whole = False

    return OnDemand(**{key: getattr(positions, key) for key in positions.__dataclass_fields__})


def sees_its_pattern_alone(module: Attention, n_bins: int, key: int) -> None:
    """Another input at one bin changes the bins that may see it, and no other."""
    x, positions = make_inputs(n_bins)
    changed = x.clone()
    changed[:, key] += 1
    with torch.no_grad():
        moved = (module(x, positions) != module(changed, positions)).any(dim=-1)
    sees = layer_mask(module, n_bins)[..., key].any(dim=(0, 1))
    # The bin's own query changed too, so it moves in any case.
    sees[key] = True
    assert torch.equal(moved, sees.expand(BATCH, -1))


def joins_all_bins_in_two_layers(pattern_of: Callable[[int], Tensor]) -> None:
    """Any two bins meet within two layers: ``pattern_of`` gives the mask of layer 0 and 1."""
    first, second = pattern_of(0).float(), pattern_of(1).float()
    assert bool((second @ first > 0).all())


class _LargestTensor(TorchDispatchMode):
    """Remembers the largest tensor that any operation returns."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for item in out if isinstance(out, tuple | list) else (out,):
            if isinstance(item, Tensor):
                self.elements = max(self.elements, item.untyped_storage().nbytes() // item.element_size())
        return out


def largest_tensor(module: Attention, n_bins: int, global_bins: Tensor | None = None) -> int:
    """Return the elements of the largest tensor of a forward and backward pass."""
    x, positions = make_inputs(n_bins)
    x.requires_grad_()
    module.train()
    with _LargestTensor() as mode:
        module(x, positions, global_bins).sum().backward()
    return mode.elements


def drops_weights_at_its_rate(kind: str, **config: int) -> None:
    """The mean over many draws is the output without dropout, and the draws differ."""
    rate, n_bins = 0.3, 25
    module = make_layer(kind, dropout=rate, **config)
    x, positions = make_inputs(n_bins)
    with torch.no_grad():
        plain = module.eval()(x, positions)
        module.train()
        torch.manual_seed(5)
        draws = torch.stack([module(x, positions) for _ in range(60)])
    error = (draws.mean(0) - plain).abs() / (draws.std(0) / len(draws) ** 0.5)
    assert float(error.mean()) < 1.2  # of a unit normal the mean distance is 0.8
    assert float(draws.std(0).mean()) > 0.01


def backward_draws_the_same_weights(kind: str, **config: int) -> None:
    """Under dropout the gradient is that of the very weights that the forward pass kept."""
    module = make_layer(kind, dropout=0.4, **config).double().train()
    x, positions = make_inputs(21)
    x, positions = x.double(), replace(positions, like=positions.like.double())
    direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)

    def value(step: float) -> Tensor:
        torch.manual_seed(11)
        return module(x + step * direction, positions).square().sum()

    x.requires_grad_()
    (gradient,) = torch.autograd.grad(value(0.0), x)
    numeric = (value(1e-5) - value(-1e-5)) / 2e-5
    torch.testing.assert_close((gradient * direction).sum(), numeric.detach(), rtol=1e-6, atol=1e-6)
