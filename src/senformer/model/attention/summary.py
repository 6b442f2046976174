"""Linear attention as one autograd function: a summary of all keys, read by every query.

Per head the summary is ``S = sum_n phi(k_n) v_n^T`` with turned features, and ``z = sum_n phi(k_n)``; the
output is ``turned(phi(q)) S / (phi(q) . z)``. A chunk of bins is held in float32 at a time; only the inputs
and the summary are kept for the gradient, which sums up once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from senformer.model.attention.rotary import turn, turns
from senformer.model.derivatives import first_order
from senformer.model.modes import own_types

# Bins at a time: each chunk's sum is added to the total in float32.
_CHUNK = 4096
# Below it a feature counts as its value there, 4e-18, so that no sum of products vanishes in float32.
_LOWEST = -40.0


@dataclass(frozen=True)
class Summing:
    """How features are turned, and what dropout multiplies keys by.

    Attributes
    ----------
    rotary_base
        See :func:`senformer.model.attention.rotary.turns`.
    key_keep
        Factors of each key's value in the numerator; None without dropout.
    position_keep
        Factors of the cosines and sines that keys are turned by; None without dropout.
    """

    rotary_base: float
    key_keep: Float[Tensor, "batch bin head 1"] | None = None
    position_keep: Float[Tensor, "2 bin pair"] | None = None

    def query_turns(self, chunk: slice, like: Tensor) -> Complex[Tensor, "bin pair"]:
        """Return by what a chunk of queries is turned."""
        return turns(chunk.start, chunk.stop, like.shape[-1], self.rotary_base, like)

    def key_turns(self, chunk: slice, like: Tensor) -> Complex[Tensor, "bin pair"]:
        """Return by what a chunk of keys is turned."""
        by = self.query_turns(chunk, like)
        if self.position_keep is None:
            return by
        cosine, sine = self.position_keep[:, chunk].to(like.dtype)
        return torch.complex(by.real * cosine, by.imag * sine)

    def kept(
        self, value: Float[Tensor, "batch head bin value"], chunk: slice
    ) -> Float[Tensor, "batch head bin value"]:
        """Return what dropout leaves of a chunk of values, or of their gradient."""
        return value if self.key_keep is None else value * self.key_keep[:, chunk].transpose(1, 2)


def _wide(x: Float[Tensor, "batch bin head dim"]) -> Float[Tensor, "batch head bin dim"]:
    return x.transpose(1, 2).to(torch.promote_types(x.dtype, torch.float32))


def features(x: Float[Tensor, "batch bin head dim"]) -> Float[Tensor, "batch head bin dim"]:
    """Return ``elu(x) + 1``, positive also far below zero, in float32 or wider.

    Its slope is the smaller of one and itself.
    """
    x = _wide(x)
    return torch.where(x > 0, x + 1, x.clamp(_LOWEST, 0).exp())


def _chunks(x: Tensor) -> Iterator[slice]:
    n_bins = x.shape[1]
    yield from (slice(first, min(first + _CHUNK, n_bins)) for first in range(0, n_bins, _CHUNK))


class _LinearAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, summing: Summing, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        with own_types(query):
            total, norm = _summarize(summing, key, value)
            out = torch.empty_like(value)
            for chunk in _chunks(query):
                feature = features(query[:, chunk])
                read = turn(feature, summing.query_turns(chunk, feature)) @ total
                out[:, chunk] = (read / (feature @ norm)).transpose(1, 2)
        ctx.summing = summing
        ctx.save_for_backward(query, key, value, total, norm)
        return out

    @staticmethod
    @first_order("linear attention")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, total, norm = ctx.saved_tensors
        with own_types(query):
            d_query, d_total, d_norm = _query_gradient(ctx.summing, query, grad, total, norm)
            d_key, d_value = _key_gradient(ctx.summing, key, value, d_total, d_norm)
        return None, d_query, d_key, d_value


def _summarize(summing: Summing, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Return (batch, head, dim, value) and (batch, head, dim, 1) sums over all keys."""
    batch, _, heads, dim = key.shape
    wide = torch.promote_types(key.dtype, torch.float32)
    total = torch.zeros(batch, heads, dim, value.shape[-1], dtype=wide, device=key.device)
    norm = torch.zeros(batch, heads, dim, 1, dtype=wide, device=key.device)
    for chunk in _chunks(key):
        feature = features(key[:, chunk])
        turned = turn(feature, summing.key_turns(chunk, feature))
        total += turned.transpose(-1, -2) @ summing.kept(_wide(value[:, chunk]), chunk)
        norm += feature.sum(dim=2)[..., None]
    return total, norm


def _query_gradient(
    summing: Summing, query: Tensor, grad: Tensor, total: Tensor, norm: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of the queries and of the two sums."""
    d_query, d_total, d_norm = torch.empty_like(query), torch.zeros_like(total), torch.zeros_like(norm)
    for chunk in _chunks(query):
        feature = features(query[:, chunk])
        by = summing.query_turns(chunk, feature)
        turned = turn(feature, by)
        divisor = feature @ norm
        d_read = _wide(grad[:, chunk]) / divisor
        d_divisor = -(d_read * (turned @ total)).sum(dim=-1, keepdim=True) / divisor
        d_total += turned.transpose(-1, -2) @ d_read
        d_norm += feature.transpose(-1, -2) @ d_divisor
        d_feature = turn(d_read @ total.transpose(-1, -2), by.conj()) + d_divisor * norm.transpose(-1, -2)
        d_query[:, chunk] = (d_feature * feature.clamp(max=1)).transpose(1, 2)
    return d_query, d_total, d_norm


def _key_gradient(
    summing: Summing, key: Tensor, value: Tensor, d_total: Tensor, d_norm: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the gradients of keys and values from those of the two sums."""
    d_key, d_value = torch.empty_like(key), torch.empty_like(value)
    for chunk in _chunks(key):
        feature = features(key[:, chunk])
        by = summing.key_turns(chunk, feature)
        d_turned = summing.kept(_wide(value[:, chunk]), chunk) @ d_total.transpose(-1, -2)
        d_feature = turn(d_turned, by.conj()) + d_norm.transpose(-1, -2)
        d_key[:, chunk] = (d_feature * feature.clamp(max=1)).transpose(1, 2)
        d_value[:, chunk] = summing.kept(turn(feature, by) @ d_total, chunk).transpose(1, 2)
    return d_key, d_value


def linear_attention(
    summing: Summing,
    query: Float[Tensor, "batch bin head dim"],
    key: Float[Tensor, "batch bin head dim"],
    value: Float[Tensor, "batch bin head value"],
) -> Float[Tensor, "batch bin head value"]:
    """Return for each bin the mean of all values under weights that features and positions give.

    With ``phi`` the features and ``R_i`` the turn of bin ``i``:
    ``sum_j (R_i phi(q_i)) . (R_j phi(k_j)) v_j / sum_j phi(q_i) . phi(k_j)``, in the values' type.
    """
    return _LinearAttention.apply(summing, query, key, value)
