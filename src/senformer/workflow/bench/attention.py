"""The attention core, forward and backward; ``attention`` in ``BENCHES``.

Queries, keys, values and relative keys are given: projections, which all kinds share, are not timed.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from senformer.core.config import parse
from senformer.core.device import PRECISIONS
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.linear import LinearAttention
from senformer.model.attention.relative import AttentionSizes, RelativeAttention
from senformer.model.attention.summary import Summing, linear_attention
from senformer.workflow.measure.backends import backends_of, choose_backend
from senformer.workflow.measure.case import Bench, Case, Settings, Work
from senformer.workflow.measure.cases import n_bins_of, python_bytes
from senformer.workflow.measure.models import config_of
from senformer.workflow.measure.plain import plain_attention

PLAIN = "dense_plain"
# Matrices of (head, bin, bin) that the plain way holds at its peak, two of them of double width.
_PLAIN_MATRICES = 8


def cases(settings: Settings) -> list[Case]:
    """Return every length, precision, kind and backend."""
    config = config_of(settings)
    sizes = {
        "n_heads": config.n_heads,
        "key_size": config.key_size,
        "value_size": config.value_size,
    }
    coarse_bp = getattr(config, "coarse_bp", config.bin_bp)
    attention = config.attention.model_dump(mode="json")
    found = []
    for length in settings.lengths:
        for dtype in settings.precisions:
            for kind in settings.kinds:
                own = attention if kind == attention["kind"] else {"kind": "dense" if kind == PLAIN else kind}
                options = {"sizes": sizes, "attention": own, "n_bins": n_bins_of(length, coarse_bp)}
                found += _of_kind(settings, length, dtype, kind, options)
    return found


def _of_kind(settings: Settings, length: int, dtype: str, kind: str, options: dict[str, Any]) -> list[Case]:
    if kind == PLAIN:
        if not settings.with_peer:
            return []
        return [Case("attention", kind, "torch", settings.device, dtype, length, True, "ours", options)]
    return [
        Case("attention", kind, backend, settings.device, dtype, length, False, "ours", options)
        for backend in backends_of(kind, settings)
    ]


def _module(case: Case) -> Any:
    sizes, own = case.options["sizes"], case.options["attention"]
    kind = ATTENTIONS["dense" if case.kind == PLAIN else case.kind]
    small = AttentionSizes(
        channels=sizes["n_heads"] * sizes["value_size"],
        n_heads=sizes["n_heads"],
        key_size=sizes["key_size"],
        value_size=sizes["value_size"],
        n_features=6,
    )
    return kind(small, parse(kind.config_class, own, "attention"), 0)


def _operands(case: Case, n_tokens: int) -> list[Tensor]:
    """Return random scaled queries, keys and values of bins and learned tokens, and the relative keys."""
    sizes, n_bins = case.options["sizes"], case.options["n_bins"]
    n_rows = n_bins + n_tokens
    heads, key, value = sizes["n_heads"], sizes["key_size"], sizes["value_size"]
    shapes = [(heads, 1, n_rows, key)] * 2 + [(heads, 1, n_rows, value), (heads, 2 * n_bins - 1, key)]
    generator = torch.Generator().manual_seed(0)
    dtype = PRECISIONS[case.dtype]
    return [
        (torch.randn(shape, generator=generator) * shape[-1] ** -0.25)
        .to(case.device, dtype)
        .requires_grad_(True)
        for shape in shapes
    ]


def core_of(module: nn.Module) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """Return what a kind computes between its projections: the one place that knows the kinds' insides.

    Its arguments are (head, batch, bin, dim) queries, keys and values and (head, offset, dim) relative keys,
    which linear attention does not read.
    """
    if isinstance(module, RelativeAttention):
        return module.mix
    if not isinstance(module, LinearAttention):
        raise TypeError(f"no core is known of {type(module).__name__}")
    summing = Summing(module.config.rotary_base)

    def linear(query: Tensor, key: Tensor, value: Tensor, relative: Tensor) -> Tensor:
        batch_first = (x.permute(1, 2, 0, 3) for x in (query, key, value))
        return linear_attention(summing, *batch_first).permute(2, 0, 1, 3)

    return linear


def _plain(module: RelativeAttention) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    def plain(query: Tensor, key: Tensor, value: Tensor, relative: Tensor) -> Tensor:
        content, position = (
            query + bias[:, None, None] for bias in (module.content_bias, module.position_bias)
        )
        return plain_attention(content.to(query), position.to(query), key, value, relative)

    return plain


def prepare(case: Case) -> Work:
    """Return forward and backward of one layer's core."""
    module = _module(case).to(case.device, PRECISIONS[case.dtype])
    choose_backend(module, case)
    operands = _operands(case, module.n_tokens)
    core = _plain(module) if case.kind == PLAIN else core_of(module)
    wanted = operands[:3] if case.kind == "linear" else [*operands, module.content_bias, module.position_bias]
    grad = torch.ones_like(operands[2])

    def run() -> None:
        torch.autograd.grad(core(*operands), wanted, grad)

    return run


def needed_bytes(case: Case) -> int:
    """Return about what a case takes: operands and gradients, and the plain way's matrices."""
    sizes, n_bins = case.options["sizes"], case.options["n_bins"]
    wide = 2 if case.dtype == "bf16" else 4
    width = 4 * sizes["key_size"] + 2 * sizes["value_size"]
    linear = 4 * wide * sizes["n_heads"] * n_bins * width
    matrices = _PLAIN_MATRICES * wide * sizes["n_heads"] * n_bins**2 if case.kind == PLAIN else 0
    return python_bytes(case.device) + linear + matrices


ATTENTION = Bench(
    name="attention",
    summary="the attention core, forward and backward, of one layer",
    lengths=(98_304, 131_072, 196_608, 393_216, 786_432),
    kinds=(PLAIN, *ATTENTIONS),
    cases=cases,
    prepare=prepare,
    needed_bytes=needed_bytes,
    reads=frozenset({"backends", "precision", "repeats", "peer"}),
)
