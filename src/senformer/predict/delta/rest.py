"""What follows the bins, for a reference and what differs from it: up to the embedding that heads read."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from senformer.model.crop import crop
from senformer.predict.delta.layers import KeptTransformer

Bins = Float[Tensor, "example bin channel"]
Rows = Int64[np.ndarray, " row"]
Embedding = Float[Tensor, "example row wide"]


class Rest(ABC):
    """From what the transformer reads to the embedding of some output bins."""

    @abstractmethod
    def reference(self, bins: Float[Tensor, "1 bin channel"], rows: Rows) -> Embedding:
        """Return the embedding of the known input."""

    @abstractmethod
    def changed(self, bins: Bins, is_changed: Bool[np.ndarray, "example bin"], rows: Rows) -> Embedding:
        """Return that of others; the rows are those of the reference."""


class WholeRest(Rest):
    """The plain way, for any model: all of it."""

    def __init__(self, model: Any, global_bins: Bool[Tensor, "1 bin"] | None) -> None:
        self._model, self._global_bins = model, global_bins

    def reference(self, bins: Float[Tensor, "1 bin channel"], rows: Rows) -> Embedding:
        """Return the embedding of the known input."""
        return self._embed(bins, rows)

    def changed(self, bins: Bins, is_changed: Bool[np.ndarray, "example bin"], rows: Rows) -> Embedding:
        """Return that of others."""
        return self._embed(bins, rows)

    def _embed(self, bins: Bins, rows: Rows) -> Embedding:
        named = None if self._global_bins is None else self._global_bins.expand(len(bins), -1)
        out = self._model.transform(bins, self._model.crop_bins, named)
        return out[:, torch.from_numpy(rows).to(out.device)]


class LayersRest(Rest):
    """For a transformer behind which each bin goes on by itself: layers without what is known or not read."""

    def __init__(self, model: Any, n_bins: int, global_bins: Bool[Tensor, "1 bin"] | None) -> None:
        self._model = model
        self._layers = KeptTransformer(model.transformer, model.positions(n_bins), global_bins)

    def reference(self, bins: Float[Tensor, "1 bin channel"], rows: Rows) -> Embedding:
        """Return the embedding of the known input."""
        mask, order = self._mask(bins, rows)
        return self._model.binwise(self._layers.reference(bins, mask))[:, order]

    def changed(self, bins: Bins, is_changed: Bool[np.ndarray, "example bin"], rows: Rows) -> Embedding:
        """Return that of others."""
        mask, order = self._mask(bins, rows)
        return self._model.binwise(self._layers.changed(bins, is_changed, mask))[:, order]

    def _mask(self, bins: Bins, rows: Rows) -> tuple[Bool[np.ndarray, " bin"], Tensor]:
        """Return which bins output bins are, and where each of them stands among these."""
        crop(bins, self._model.crop_bins)  # which refuses a window that it leaves nothing of
        places = rows + self._model.crop_bins
        mask = np.zeros(bins.shape[1], dtype=bool)
        mask[places] = True
        return mask, torch.from_numpy(np.searchsorted(np.flatnonzero(mask), places)).to(bins.device)


def rest_of(model: Any, n_bins: int, global_bins: Bool[Tensor, "1 bin"] | None) -> Rest:
    """Return what computes the rest of a model, as it declares it."""
    if getattr(model, "binwise", None) is None or not len(model.transformer):
        return WholeRest(model, global_bins)
    return LayersRest(model, n_bins, global_bins)
