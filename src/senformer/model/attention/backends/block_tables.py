"""Patterns as a kernel reads them: lists of key blocks, and where each pair's relative logits lie."""

from dataclasses import dataclass
from typing import Any, no_type_check

import numpy as np
import torch
from jaxtyping import Int32, Int64
from torch import Tensor

from senformer.model.attention.backends.relative_logits import Pairs
from senformer.model.attention.tiles.plan import Plan


@dataclass(frozen=True)
class BlockTables:
    """Patterns of one layer on one device.

    Attributes
    ----------
    pairs
        Block pairs that meet.
    slot
        Number of each pair of blocks among ``pairs``, -1 where they do not meet; one table for all heads, or
        one a head.
    mask
        The same as a ``BlockMask``.
    """

    pairs: Pairs
    slot: Int32[Tensor, "head query key"]
    mask: Any


def _padded_pairs(plans: list[Plan]) -> Int64[np.ndarray, "head pair 2"]:
    """Return the pairs of each head; where heads have fewer than others their last pair again, never read."""
    most = max(len(plan.pattern.pairs) for plan in plans)
    rows = [np.minimum(np.arange(most), len(plan.pattern.pairs) - 1) for plan in plans]
    return np.stack([plan.pattern.pairs[row] for plan, row in zip(plans, rows, strict=True)])


def _slots(plans: list[Plan]) -> Int32[np.ndarray, "head query key"]:
    n_blocks = plans[0].pattern.n_blocks
    table = np.full((len(plans), n_blocks, n_blocks), -1, dtype=np.int32)
    for slots, plan in zip(table, plans, strict=True):
        pairs = plan.pattern.pairs
        slots[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    return table


def _lists(slots: Int32[np.ndarray, "head query key"]) -> tuple[Tensor, Tensor]:
    """Return how many key blocks each query block has, and which, those first."""
    meets = slots >= 0
    order = np.argsort(~meets, axis=-1, kind="stable").astype(np.int32)
    counts = meets.sum(axis=-1, dtype=np.int32)
    return torch.from_numpy(counts)[None], torch.from_numpy(order)[None]


def make_tables(plans: list[Plan], device: torch.device) -> BlockTables:
    """Return the tables of one layer: three of (block, block) entries, and one of pairs.

    Parameters
    ----------
    plans
        One for all heads, or one a head; neither tokens nor named bins.
    device
        Where they are read.
    """
    from torch.nn.attention.flex_attention import BlockMask

    layout = plans[0].layout
    query, key = (
        torch.from_numpy(side.copy()).to(device) for side in np.moveaxis(_padded_pairs(plans), -1, 0)
    )
    last_bins = layout.n_bins - (layout.n_blocks - 1) * layout.block
    slots = _slots(plans)
    counts, order = (x.to(device) for x in _lists(slots))
    slot = torch.from_numpy(slots).to(device)
    # A CPU computes every pair and asks the mask; a GPU visits the listed blocks alone, and they are full.
    mask_mod = _mask_mod(slot, layout.block) if device.type == "cpu" else None
    mask = BlockMask.from_kv_blocks(counts, order, BLOCK_SIZE=layout.block, mask_mod=mask_mod)
    return BlockTables(Pairs(query, key, layout.block, layout.n_blocks, last_bins), slot, mask)


@no_type_check
def _mask_mod(slot: Tensor, block: int) -> Any:
    def meets(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        row = slot[0] if slot.shape[0] == 1 else slot[head]
        return row[query // block, key // block] >= 0

    return meets
