"""A plan that computes the rows that are wanted alone; what the others get means nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool

from senformer.model.attention.blocks import BlockPattern
from senformer.model.attention.tiles.axis import Span
from senformer.model.attention.tiles.plan import Plan


@dataclass(frozen=True)
class RowPlan(Plan):
    """A plan for some of the bins as rows; tokens are always computed.

    Attributes
    ----------
    rows
        Which bins are wanted. Blocks of rows that gather their columns are computed whole if any is.
    """

    rows: Bool[np.ndarray, " bin"] = field(default_factory=lambda: np.ones(0, dtype=bool), compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        starts = np.arange(0, self.pattern.n_bins, self.pattern.block_bins)
        is_wanted = np.logical_or.reduceat(self.rows, starts)
        sparse = tuple(block for block in self.sparse_blocks if is_wanted[block])
        object.__setattr__(self, "sparse_blocks", sparse)

    def wanted(self, rows: Span) -> Iterator[Span]:
        """Yield the runs of wanted rows among these."""
        here = np.flatnonzero(self.rows[rows.first : rows.first + rows.size]) + rows.first
        for run in np.split(here, np.flatnonzero(np.diff(here) > 1) + 1):
            if len(run):
                yield Span(int(run[0]), len(run))


def plan_rows(pattern: BlockPattern, n_tokens: int, rows: Bool[np.ndarray, " position"] | None) -> Plan:
    """Return the plan of a pattern for some positions, or for all.

    Parameters
    ----------
    pattern, n_tokens
        As of :class:`~senformer.model.attention.tiles.plan.Plan`.
    rows
        Which bins, and behind them which tokens, are wanted; None: all.
    """
    if rows is None:
        return Plan(pattern, n_tokens)
    return RowPlan(pattern, n_tokens, rows=rows[: pattern.n_bins])
