"""One pass of a model around a bank, kept: the features of bins, of which a change reaches few."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor

from senformer.model.window_input import read_window


def declares_bins(model: Any) -> bool:
    """Say whether a model makes features of each bin from a window around it alone."""
    return hasattr(model, "bin_features")


class KeptBank:
    """The forward pass of one sequence: another costs the bins whose windows hold what differs.

    An insertion or deletion moves one flank, whose bins are all made anew.
    """

    def __init__(
        self,
        model: Any,
        head: str,
        inputs: Mapping[str, np.ndarray],
        rows: Int64[np.ndarray, " row"],
        columns: Int64[np.ndarray, " column"] | None,
    ) -> None:
        self._model, self._head, self._rows, self._columns = model, head, rows, columns
        self._codes = inputs["sequence"]
        self._features = model.bin_features(self._windows(self._codes[None]).flatten(0, 1))[None]

    def reference(self) -> Float[Tensor, "1 row column"]:
        """Return the prediction of the sequence itself."""
        return self._tracks(self._features)

    @property
    def n_values(self) -> int:
        """Features of one sequence."""
        return self._features.numel()

    def outputs(self, codes: UInt8[np.ndarray, "example base"]) -> Float[Tensor, "example row column"]:
        """Return the predictions of other sequences of the same length."""
        where = tuple(torch.from_numpy(places) for places in np.nonzero(self._is_changed(codes)))
        features = self._features.repeat(len(codes), 1, 1)
        if len(where[0]):
            where = tuple(places.to(features.device) for places in where)
            features[where] = self._model.bin_features(self._windows(codes)[where])
        return self._tracks(features)

    def _windows(
        self, codes: UInt8[np.ndarray, "example base"]
    ) -> Float[Tensor, "example bin window_base 4"]:
        model = self._model
        bases = read_window(torch.from_numpy(codes), model.inputs, model.window_bp, model.like)
        return model.bank.windows(bases)

    def _is_changed(self, codes: UInt8[np.ndarray, "example base"]) -> Bool[np.ndarray, "example bin"]:
        """Say which bins have a window that holds a base that differs."""
        bank = self._model.bank
        n_before = np.pad(np.cumsum(codes != self._codes, axis=1), ((0, 0), (1, 0)))
        first = np.arange(bank.n_bins(codes.shape[1])) * bank.step_bp
        return n_before[:, first + bank.window_bp] > n_before[:, first]

    def _tracks(self, features: Float[Tensor, "example bin feature"]) -> Float[Tensor, "example row column"]:
        linear = self._model.heads[self._head](self._model.gather(features)).float()
        found = self._model.activate(linear)[:, torch.from_numpy(self._rows).to(linear.device)]
        if self._columns is None:
            return found
        return found[:, :, torch.from_numpy(self._columns).to(linear.device)]
