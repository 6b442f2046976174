"""Attention over all columns under a mask; ``masked`` in ``BACKENDS``: for short windows.

Where most blocks meet anyway, neighboring rows with all columns are larger products than gathered blocks.
On a CPU ``tiles`` does the same by a rule of its own; on a GPU both are timed.
"""

from dataclasses import replace

from jaxtyping import Float
from torch import Tensor

from senformer.model.attention.backends.base import Backend, Call, PlanCache
from senformer.model.attention.backends.tiles import TilesBackend
from senformer.model.attention.tiles.plan import Plan

# The longest window in bins: the mask has a byte for each pair of bins.
MASKED_BINS = 4096


class MaskedPlan(Plan):
    """A plan that hides what may not be seen, however much that is."""

    @property
    def is_masked(self) -> bool:
        """Whether all columns are computed and those that may not be seen hidden: always."""
        return True


class MaskedBackend(Backend):
    """Tiles of all columns. Time is quadratic in the window."""

    def __init__(self) -> None:
        self._plans: PlanCache[list[Plan]] = PlanCache()
        self._tiles = TilesBackend()

    def refuses(self, call: Call) -> str | None:
        """Return why not: a long window, named bins, or a pattern that hides nothing."""
        if call.pattern.n_bins > MASKED_BINS:
            return f"more than {MASKED_BINS:,} bins"
        if any(len(plan.pattern.global_bins) for plan in call.plans):
            return "the batch names global bins"
        if not any(plan.sparse_blocks for plan in call.plans):
            return "every bin sees every bin, so nothing is to be masked"
        return None

    def run(self, call: Call) -> Float[Tensor, "head batch position value"]:
        """Return the attention."""
        plans = self._plans.get(
            call.plans,
            call.device,
            lambda: [MaskedPlan(plan.pattern, plan.n_tokens) for plan in call.plans],
        )
        return self._tiles.run(replace(call, plans=plans))
