"""Delta inference: one pass of a reference is kept, and sequences that differ from it cost what differs.

The results are those of :meth:`senformer.predict.predictor.Predictor.predict` to rounding, for any model: one
that declares no part that depends on near bases alone is predicted the plain way.
"""

import abc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from senformer.genome.sequence import reverse_complement
from senformer.predict.delta.bank import KeptBank, declares_bins
from senformer.predict.delta.passes import KeptPass
from senformer.predict.delta.view import View
from senformer.predict.precision import arithmetic
from senformer.predict.predictor import Predictor, check_finite, within_memory
from senformer.predict.strands import card_permutation

_LOWER = "Lower --batch-size."
# Values of a layer of the transformer, over a batch: on a CPU more are slower by half. At the published size
# and 2 threads an allele took 4.2 s by ones and twos, 6.2 s by fours.
_MOST_ON_CPU = 5_000_000


class DeltaPredictor:
    """A predictor for many sequences that differ little from one another.

    Attributes
    ----------
    predictor
        Model, device, precision, strands, shifts and batch size.
    """

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

    @property
    def is_used(self) -> bool:
        """Whether the model declares what can be kept of it; if not, every sequence is a whole pass."""
        return declares(self.predictor.model)

    def reference(
        self,
        inputs: UInt8[np.ndarray, " base"] | Mapping[str, np.ndarray],
        head: str,
        view: View | None = None,
        name: object = 0,
        *,
        turn: Callable[[Any], Any] = reverse_complement,
    ) -> "Reference":
        """Predict one sequence and keep what others can be predicted from.

        Parameters
        ----------
        inputs
            Codes of a window and the predictor's margin on each side; or several inputs of one window by
            name, ``sequence`` among them.
        head
            Which head of the model.
        view
            What is read of predictions; by default all.
        name
            What the sequence is, for messages.
        turn
            What makes the reverse strand's inputs; several inputs need one of their own, which is given them
            with an axis for the window in front.

        Raises
        ------
        DataError
            The prediction is not finite, or the sequence is no whole number of bins.
        DeviceError
            The device has too little memory.
        """
        kind = _Kept if self.is_used else _Plain
        return kind(self.predictor, inputs, head, view or View(), name, turn)


def declares(model: Any) -> bool:
    """Say whether a model declares its convolutional part, or bins that are made of windows around them."""
    stages = getattr(model, "local_stages", None)
    return declares_bins(model) or (stages is not None and bool(stages()))


class Reference(abc.ABC):
    """A sequence whose prediction is known.

    Attributes
    ----------
    prediction
        Of the sequence itself, as the view reads it.
    """

    prediction: Float32[np.ndarray, "bin track"]

    @abc.abstractmethod
    def alternatives(
        self, codes: UInt8[np.ndarray, "window base"], names: Sequence[object] | None = None
    ) -> Float32[np.ndarray, "window bin track"]:
        """Predict sequences of the same length, at most the predictor's batch size at a time.

        Parameters
        ----------
        codes
            As the reference's; other inputs are the reference's own. One equal to it gets its prediction.
        names
            What each sequence is, for messages; numbers by default.

        Raises
        ------
        DataError, DeviceError
            As for the reference.
        """


class _Plain(Reference):
    """Every sequence is a whole pass."""

    def __init__(
        self, predictor: Predictor, inputs: Any, head: str, view: View, name: object, turn: Callable
    ) -> None:
        self._predictor, self._head, self._view, self._turn = predictor, head, view, turn
        self._others = {k: v for k, v in inputs.items() if k != "sequence"} if _is_named(inputs) else None
        self.prediction = self.alternatives(_codes(inputs)[None], [name])[0]

    def alternatives(
        self, codes: UInt8[np.ndarray, "window base"], names: Sequence[object] | None = None
    ) -> Float32[np.ndarray, "window bin track"]:
        inputs: Any = codes
        if self._others is not None:
            repeated = {name: np.repeat(x[None], len(codes), axis=0) for name, x in self._others.items()}
            inputs = {**repeated, "sequence": codes}
        return self._view.take(self._predictor.predict(inputs, self._head, names, turn=self._turn))


class _Kept(Reference):
    """One kept pass for each strand and shift."""

    def __init__(
        self, predictor: Predictor, inputs: Any, head: str, view: View, name: object, turn: Callable
    ) -> None:
        self._predictor, self._turn = predictor, turn
        self._codes = _codes(inputs)
        self._inputs: Mapping[str, np.ndarray] | None = inputs if _is_named(inputs) else None
        model = predictor.model
        permutation = card_permutation(model, head)
        keep = KeptBank if declares_bins(model) else KeptPass
        self._passes: list[tuple[int, bool, KeptPass | KeptBank]] = []
        total: Any = 0.0
        with predictor.hold(), within_memory(predictor.device, _LOWER):
            for shift, is_rc in predictor.passes:
                window = self._window(self._codes[None], shift, is_rc)
                n_out = window["sequence"].shape[1] // model.bin_bp - 2 * model.crop_bins
                rows, columns = view.rows(max(n_out, 0), is_rc), view.columns(permutation, is_rc)
                with torch.no_grad(), arithmetic(predictor.device, predictor.dtype):
                    one = {key: x[0] for key, x in window.items()}
                    kept = keep(model, head, one, rows, columns)
                    total = total + kept.reference()
                self._passes.append((shift, is_rc, kept))
        self.prediction = self._mean(total)[0]
        check_finite(self.prediction[None], [name])

    def alternatives(
        self, codes: UInt8[np.ndarray, "window base"], names: Sequence[object] | None = None
    ) -> Float32[np.ndarray, "window bin track"]:
        if codes.shape[1:] != self._codes.shape:
            raise ValueError(f"sequences of {codes.shape[1]} bases, the reference has {len(self._codes)}")
        found = np.repeat(self.prediction[None], len(codes), axis=0)
        differ = np.flatnonzero((codes != self._codes).any(axis=1))
        step = self._batch_size
        with self._predictor.hold():
            for first in range(0, len(differ), step):
                rows = differ[first : first + step]
                with within_memory(self._predictor.device, _LOWER):
                    found[rows] = self._batch(codes[rows])
                check_finite(found[rows], [names[row] if names else int(row) for row in rows])
        return found

    @property
    def _batch_size(self) -> int:
        most, size = _MOST_ON_CPU // self._passes[0][2].n_values, self._predictor.batch_size
        return size if self._predictor.device.type != "cpu" else max(1, min(size, most))

    def _batch(self, codes: UInt8[np.ndarray, "window base"]) -> Float32[np.ndarray, "window bin track"]:
        total: Any = 0.0
        with torch.no_grad(), arithmetic(self._predictor.device, self._predictor.dtype):
            for shift, is_rc, kept in self._passes:
                total = total + kept.outputs(self._window(codes, shift, is_rc)["sequence"])
        return self._mean(total)

    def _mean(self, total: Tensor) -> Float32[np.ndarray, "window bin track"]:
        return (total / len(self._predictor.passes)).cpu().numpy()

    def _window(
        self, codes: UInt8[np.ndarray, "window base"], shift: int, is_rc: bool
    ) -> dict[str, np.ndarray]:
        """Return the inputs of one pass."""
        margin = self._predictor.margin_bp
        if self._inputs is None:
            width = codes.shape[1] - 2 * margin
            window = codes[:, margin + shift : margin + shift + width]
            return {"sequence": np.ascontiguousarray(self._turn(window) if is_rc else window)}
        if margin:
            raise ValueError("several inputs cannot be shifted")
        others = {k: np.repeat(v[None], len(codes), axis=0) for k, v in self._inputs.items()}
        named = {**others, "sequence": codes}
        turned = self._turn(named) if is_rc else named
        return {name: np.ascontiguousarray(x) for name, x in turned.items()}


def _is_named(inputs: Any) -> bool:
    return isinstance(inputs, Mapping)


def _codes(inputs: Any) -> UInt8[np.ndarray, " base"]:
    return inputs["sequence"] if isinstance(inputs, Mapping) else inputs
