"""The transformer for inputs that differ from a known one at some positions, and for some of its outputs.

Exact to rounding. What depends on no change is taken from the reference pass, and what no wanted output
depends on is not computed: in the first layers the projections of positions that did not change, and, under a
sparse pattern, rows that see none that did; in the last layer everything but the rows that are wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from senformer.model.positions.table import PositionTable
from senformer.model.transformer import Transformer, TransformerBlock
from senformer.predict.delta.sight import Mask, Sight

# Layers whose projections and output are kept: in two, global blocks carry any change everywhere.
_KEPT_LAYERS = 2
# Changed share of the positions from which a layer projects all anew.
_MANY = 0.5


@dataclass(frozen=True)
class _Kept:
    """Of the reference in one layer: query, key and value as projected, and the output (1, position, ...)."""

    projected: tuple[Tensor, Tensor, Tensor]
    out: Tensor


class KeptTransformer:
    """What the first layers made of one input, and the way from there to others.

    Parameters
    ----------
    transformer, positions
        The layers, in evaluation, and the basis of distances of the window.
    global_bins
        Bins that the window names, if any; the same for all inputs.
    """

    def __init__(
        self,
        transformer: Transformer,
        positions: PositionTable,
        global_bins: Bool[Tensor, "1 bin"] | None = None,
    ) -> None:
        self._layers: list[TransformerBlock] = list(transformer)  # type: ignore[arg-type]
        self._tokens, self._positions, self._global_bins = transformer.tokens, positions, global_bins
        hubs = None if global_bins is None else np.flatnonzero(global_bins[0].cpu().numpy())
        self._sights = [Sight(layer.attention, positions.n_bins, hubs) for layer in self._layers]
        self._kept: list[_Kept] = []

    def reference(
        self, bins: Float[Tensor, "1 bin channel"], rows: Bool[np.ndarray, " bin"]
    ) -> Float[Tensor, "1 row channel"]:
        """Return the output of the known input at some bins, and keep what changes can be told from."""
        self._kept = []
        x = self._with_tokens(bins)
        needed = self._needed(rows)
        for number, layer in enumerate(self._layers):
            projected = self._project(layer, x, needed[number + 1], needed[number])
            x = self._finish(number, x, projected, needed[number + 1], None)
            if self._is_worth_keeping(number):
                self._kept.append(_Kept(projected, x))
        return x[:, _index(needed[-1], x)]

    def changed(
        self,
        bins: Float[Tensor, "example bin channel"],
        is_changed: Bool[np.ndarray, "example bin"],
        rows: Bool[np.ndarray, " bin"],
    ) -> Float[Tensor, "example row channel"]:
        """Return the outputs of other inputs at some bins.

        Parameters
        ----------
        bins
            What the transformer reads.
        is_changed
            Where that may differ from the known input.
        rows
            The bins that are wanted: those of :meth:`reference`.
        """
        x = self._with_tokens(bins)
        n_tokens = x.shape[1] - bins.shape[1]
        changed = np.pad(is_changed, ((0, 0), (0, n_tokens)))
        needed = self._needed(rows)
        for number, layer in enumerate(self._layers):
            wanted, kept = needed[number + 1], self._kept[number] if number < len(self._kept) else None
            anywhere: Mask = np.asarray(changed.any(axis=0))
            reached = anywhere | self._sights[number].seeing(anywhere)
            if kept is not None and changed.mean() < _MANY:
                projected = self._overlay(layer, x, changed, kept.projected)
            else:
                projected = self._project(layer, x, wanted, needed[number])
            computed = wanted if kept is None else wanted & reached
            x = self._finish(number, x, projected, computed, None if kept is None else kept.out)
            changed = np.broadcast_to(reached, changed.shape)
        return x[:, _index(needed[-1], x)]

    def _with_tokens(self, bins: Float[Tensor, "example bin channel"]) -> Tensor:
        if self._tokens is None:
            return bins
        return torch.cat([bins, self._tokens.to(bins.dtype).expand(len(bins), -1, -1)], dim=1)

    def _needed(self, rows: Bool[np.ndarray, " bin"]) -> list[Mask]:
        """Return which positions are needed before each layer and behind the last."""
        n_tokens = self._sights[0].n_tokens if self._sights else 0
        needed = [np.pad(rows, (0, n_tokens))]
        for sight in reversed(self._sights):
            needed.insert(0, needed[0] | sight.seen_from(needed[0]))
        return needed

    def _is_worth_keeping(self, number: int) -> bool:
        """Say whether what a layer made can be of use: a change of one bin leaves something as it was."""
        if number == 0:
            return True
        changed = np.zeros(self._sights[0].n_bins + self._sights[0].n_tokens, dtype=bool)
        changed[self._sights[0].n_bins // 2] = True
        for sight in self._sights[:number]:
            changed = changed | sight.seeing(changed)
        return number < _KEPT_LAYERS and not changed.all()

    def _project(
        self, layer: TransformerBlock, x: Tensor, rows: Mask, columns: Mask
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries of some positions, keys and values of others; what is not asked for is zero."""
        attention, normed = layer.attention, layer.attention_norm(x)
        masks = (attention.query, rows), (attention.key, columns), (attention.value, columns)
        query, key, value = (_projected(linear, normed, mask) for linear, mask in masks)
        return query, key, value

    def _overlay(
        self,
        layer: TransformerBlock,
        x: Tensor,
        changed: Bool[np.ndarray, "example position"],
        kept: tuple[Tensor, Tensor, Tensor],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the projections of all positions, made anew where the input changed."""
        where = tuple(torch.from_numpy(places).to(x.device) for places in np.nonzero(changed))
        attention, normed = layer.attention, layer.attention_norm(x[where])
        linears = attention.query, attention.key, attention.value
        found = []
        for linear, known in zip(linears, kept, strict=True):
            whole = known.repeat(len(x), 1, 1)
            whole[where] = linear(normed)
            found.append(whole)
        query, key, value = found
        return query, key, value

    def _finish(
        self, number: int, x: Tensor, projected: Sequence[Tensor], rows: Mask, known: Tensor | None
    ) -> Tensor:
        """Return a layer's output: some rows from its projections, the others as they are known, or zero."""
        layer = self._layers[number]
        query, key, value = (layer.attention.split(part) for part in projected)
        named = None if self._global_bins is None else self._global_bins.expand(len(x), -1)
        if not rows.any():
            assert known is not None
            return known.expand_as(x)
        whole = bool(rows.all())
        attended = layer.attention.attend(query, key, value, self._positions, named, None if whole else rows)
        index = _index(rows, x)
        here = (x if whole else x[:, index]) + attended
        here = here + layer.feed_forward(layer.feed_forward_norm(here))
        if whole:
            return here
        out = torch.zeros_like(x) if known is None else known.repeat(len(x), 1, 1)
        out[:, index] = here
        return out


def _index(rows: Mask, like: Tensor) -> Tensor:
    return torch.from_numpy(np.flatnonzero(rows)).to(like.device)


def _projected(linear: torch.nn.Module, normed: Tensor, rows: Mask) -> Tensor:
    if rows.all():
        return linear(normed)
    index = _index(rows, normed)
    part = linear(normed[:, index])
    whole = part.new_zeros(*normed.shape[:2], part.shape[-1])
    whole[:, index] = part
    return whole
