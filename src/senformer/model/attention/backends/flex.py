"""Attention by torch's FlexAttention; ``flex`` in ``BACKENDS``.

A fused kernel visits the block pairs of the pattern and keeps no logits. The relative term is computed
before, by plain matrix products, as a compact tensor of the pairs' relative logits
(:mod:`relative_logits`), which the kernel adds to each score; its gradient comes back the same way.

Source: Dong et al. 2024, arXiv:2412.05496 (the kernel).
"""

import functools
import warnings
from collections.abc import Callable
from typing import Any, no_type_check

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.attention.backends.base import Backend, Call, PlanCache
from senformer.model.attention.backends.block_tables import BlockTables, make_tables
from senformer.model.attention.backends.flex_limits import kernel_options, why_not
from senformer.model.attention.backends.relative_logits import relative_logits

# Shapes that are compiled in one process; torch's own limit, 8, is meant for one model.
_COMPILED_SHAPES = 256


# The compiler reads this function; checks of types in tests would be in its way.
@no_type_check
def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    relative: Tensor,
    slot: Tensor,
    mask: Any,
    options: dict[str, Any],
) -> Tensor:
    """Return (batch, head, bin, value) attention; what is compiled."""
    from torch.nn.attention.flex_attention import flex_attention

    block = relative.shape[-1]
    heads_alike = slot.dim() == 2

    def with_relative(score: Tensor, batch: Tensor, head: Tensor, row: Tensor, column: Tensor) -> Tensor:
        blocks = row // block, column // block
        pair = slot[blocks] if heads_alike else slot[(head, *blocks)]
        return score + relative[batch, head, pair, row % block, column % block]

    return flex_attention(
        query, key, value, score_mod=with_relative, block_mask=mask, scale=1.0, kernel_options=options
    )


@functools.cache
def _compiled() -> Callable[..., Tensor]:
    """Return the compiled kernel.

    Tuned, because torch's fixed sizes are for narrow values and larger blocks: with blocks of 64 bins its
    backward pass finds none that fits on an H100.
    """
    import torch._inductor.config as config  # a second: whoever never compiles does without

    options: dict[str, Any] = {"max_autotune": True}
    if hasattr(config, "autotune_num_choices_displayed"):
        options["autotune_num_choices_displayed"] = 0
    return torch.compile(_attend, dynamic=False, fullgraph=True, options=options)


def _recompile_limit() -> Any:
    import torch._dynamo.config as config

    name = "recompile_limit" if hasattr(config, "recompile_limit") else "cache_size_limit"
    return config.patch({name: _COMPILED_SHAPES})


class FlexBackend(Backend):
    """One fused kernel for all heads and examples. Memory is linear in the window.

    It is ``block`` squared relative logits for each pair of blocks, head and example.
    """

    def __init__(self) -> None:
        self._tables: PlanCache[BlockTables] = PlanCache()

    def refuses(self, call: Call) -> str | None:
        """Return why not: see :func:`why_not`."""
        return why_not(call)

    def run(self, call: Call) -> Float[Tensor, "head batch position value"]:
        """Return the attention.

        On a CPU without compilation, and with memory quadratic in the window: for tests.
        """
        layout = call.layout
        assert isinstance(call.relative, Tensor)
        tables = self._tables.get(call.plans, call.device, lambda: make_tables(call.plans, call.device))
        with torch.autocast(call.device.type, enabled=False):
            query, key, value = (layout.pad(x) for x in (call.query, call.key, call.value))
            content, position = (
                (query + bias[:, None, None]).to(query.dtype)
                for bias in (call.content_bias, call.position_bias)
            )
            relative = relative_logits(tables.pairs, position, layout.pad_relative(call.relative))
            operands = (x.transpose(0, 1).contiguous() for x in (content, key, value))
            slot = tables.slot[0] if len(call.plans) == 1 else tables.slot
            options = kernel_options(call)
            kernel = _attend if call.device.type == "cpu" else _compiled()
            with _recompile_limit(), warnings.catch_warnings():
                # On a CPU: that it is slow. On a GPU: that float32 could be less exact.
                warnings.simplefilter("ignore")
                out = kernel(*operands, relative, slot, tables.mask, options)
        return layout.cut(out.transpose(0, 1))
