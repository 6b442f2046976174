"""Relative attention the plain way: whole matrices, as enformer-pytorch computes it.

What ``bench attention`` calls ``dense_plain``. Written from the formula, so that no other package is
needed for the comparison; the package's own layer does the same operations (one product for the content
logits, one with all ``2n - 1`` relative keys, a pad-and-reshape shift, softmax, one product with the
values), and autograd keeps the same matrices for the gradient.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def _shift(logits: Float[Tensor, "head batch row offset"]) -> Float[Tensor, "head batch row column"]:
    """Align row ``i``'s logits of the distances ``-(n-1)..n-1`` with the columns ``j = i + distance``."""
    heads, batch, n, n_offsets = logits.shape
    padded = torch.cat([logits.new_zeros(heads, batch, n, 1), logits], dim=-1)
    skewed = padded.view(heads, batch, n_offsets + 1, n)[:, :, 1:]
    return skewed.reshape(heads, batch, n, n_offsets)[..., :n]


def plain_attention(
    content_query: Float[Tensor, "head batch bin dim"],
    position_query: Float[Tensor, "head batch bin dim"],
    key: Float[Tensor, "head batch bin dim"],
    value: Float[Tensor, "head batch bin value"],
    relative: Float[Tensor, "head offset dim"],
) -> Float[Tensor, "head batch bin value"]:
    """Return ``softmax(content + shifted relative logits) @ value``.

    Parameters
    ----------
    content_query, position_query
        Scaled queries plus their own bias each.
    key, value
        As projected.
    relative
        Relative keys of the distances ``-(n_bins - 1)`` to ``n_bins - 1``.
    """
    content = torch.einsum("hbid,hbjd->hbij", content_query, key)
    relative_logits = torch.einsum("hbid,hjd->hbij", position_query, relative)
    weights = (content + _shift(relative_logits)).softmax(dim=-1)
    return torch.einsum("hbij,hbjv->hbiv", weights, value)
