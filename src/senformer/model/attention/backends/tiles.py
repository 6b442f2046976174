"""Attention in tiles of plain matrix products; ``tiles`` in ``BACKENDS``: the reference, refuses nothing."""

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.attention.backends.base import Backend, Call
from senformer.model.attention.tiles.attend import attend
from senformer.model.attention.tiles.keys import Project


class TilesBackend(Backend):
    """Gathered blocks of keys, relative terms by a shifted view, one autograd function."""

    def refuses(self, call: Call) -> str | None:
        """Return None: nothing is refused."""
        return None

    def run(self, call: Call) -> Float[Tensor, "head batch position value"]:
        """Return the attention; heads with patterns of their own one after the other."""
        biases = call.content_bias, call.position_bias
        if len(call.plans) == 1:
            return attend(
                call.plans[0], call.query, *biases, call.key, call.value, call.relative, call.dropout
            )
        parts = []
        for head, plan in enumerate(call.plans):
            here = slice(head, head + 1)
            relative = call.relative
            keys = relative[here] if isinstance(relative, Tensor) else _of_head(relative, here)
            u, w = (bias[here] for bias in biases)
            parts.append(
                attend(plan, call.query[here], u, w, call.key[here], call.value[here], keys, call.dropout)
            )
        return torch.cat(parts)


def _of_head(project: Project, here: slice) -> Project:
    return lambda distances: project(distances)[here]
