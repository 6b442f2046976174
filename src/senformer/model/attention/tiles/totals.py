"""Gradients of attention's operands, as they add up over tiles."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from senformer.model.attention.tiles.cut import Cut
from senformer.model.attention.tiles.layout import Layout
from senformer.model.attention.tiles.tile import Gradients


@dataclass(frozen=True)
class Totals:
    """Gradients of padded operands, in float32 or wider: a block of keys gets one part from many tiles."""

    query: Tensor
    content_bias: Tensor
    position_bias: Tensor
    key: Tensor
    value: Tensor
    relative: Tensor

    @classmethod
    def like(cls, *operands: Tensor) -> "Totals":
        """Return zeros for operands in the order of the attributes."""
        wide = [torch.promote_types(x.dtype, torch.float32) for x in operands]
        return cls(*(x.new_zeros(x.shape, dtype=dtype) for x, dtype in zip(operands, wide, strict=True)))

    def add(self, cut: Cut, parts: Gradients) -> None:
        """Add the gradients of a tile to those of the positions it was cut from."""
        query, content_bias, position_bias, key, value, relative = parts
        cut.rows.add(self.query, query)
        self.content_bias.add_(content_bias)
        self.position_bias.add_(position_bias)
        cut.columns.add(self.key, key)
        cut.columns.add(self.value, value)
        if cut.offsets is not None and relative is not None:
            cut.offsets.add(self.relative, relative.flatten(2, 3).unsqueeze(1))

    def gradients(self, layout: Layout, operands: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Return them as the operands were before they were padded."""
        found = (
            layout.cut(self.query),
            self.content_bias,
            self.position_bias,
            layout.cut(self.key),
            layout.cut(self.value),
            layout.cut_relative(self.relative),
        )
        return tuple(x.to(like.dtype) for x, like in zip(found, operands, strict=True))
