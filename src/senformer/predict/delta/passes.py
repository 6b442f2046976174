"""One strand and shift of a reference: what is kept of it, and the predictions of others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from senformer.model.inputs import read_global_bins, read_sequence
from senformer.model.linear import pointwise
from senformer.predict.delta.rest import rest_of
from senformer.predict.delta.tower import KeptTower


class KeptPass:
    """The forward pass of one sequence, kept; every other sequence costs what differs."""

    def __init__(
        self,
        model: Any,
        head: str,
        inputs: Mapping[str, np.ndarray],
        rows: Int64[np.ndarray, " row"],
        columns: Int64[np.ndarray, " column"] | None,
    ) -> None:
        self._model, self._head, self._rows = model, head, rows
        like = model.like
        self._columns = None if columns is None else torch.from_numpy(columns).to(like.device)
        codes = inputs["sequence"]
        read_sequence(codes[None], model.coarse_bp)
        named = read_global_bins({k: v[None] for k, v in inputs.items()}, model.coarse_bp, model.inputs)
        self._tower = KeptTower(model.local_stages(), codes, like.detach())
        n_bins = len(codes) // model.coarse_bp
        self._rest = rest_of(model, n_bins, None if named is None else named.to(like.device))

    def reference(self) -> Float[Tensor, "1 row column"]:
        """Return the prediction of the sequence itself, and keep what others can be told from."""
        return self._tracks(self._rest.reference(self._tower.bins, self._rows))

    @property
    def n_values(self) -> int:
        """Values that a layer behind the convolutions gives for one sequence."""
        return self._tower.bins.numel()

    def outputs(self, codes: UInt8[np.ndarray, "example base"]) -> Float[Tensor, "example row column"]:
        """Return the predictions of other sequences of the same length."""
        bins, is_changed = self._tower.changed(codes)
        return self._tracks(self._rest.changed(bins, is_changed, self._rows))

    def _tracks(self, embedding: Float[Tensor, "example row wide"]) -> Float[Tensor, "example row column"]:
        layer = self._model.heads[self._head]
        if self._columns is None:
            return self._model.activate(layer(embedding).float())
        weight, bias = layer.weight[self._columns], layer.bias[self._columns]
        return self._model.activate(pointwise(embedding.contiguous(), weight, bias).float())
