"""Batches of sequence in, predictions out: strand and shift averaging around any model.

Regions, evaluation and variants go through :class:`Predictor`, so that "both strands", a finite prediction
and a full device mean one thing in all of them. Validation during training does not: it calls the model
itself, on the forward strand alone.
"""

import contextlib
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, UInt8
from torch import Tensor, nn

from senformer.core.device import pick_device, pick_dtype
from senformer.core.errors import ConfigError, DataError, DeviceError
from senformer.core.tables import choose
from senformer.genome.sequence import reverse_complement
from senformer.model.modes import evaluating
from senformer.predict.precision import arithmetic
from senformer.predict.strands import card_permutation

STRANDS = {"both": (False, True), "forward": (False,)}


class Inference(TypedDict, total=False):
    """How predictions are made: the keywords of :class:`Predictor`, which every verb passes on."""

    device: str | torch.device
    precision: str
    strands: str | None
    batch_size: int
    shifts_bp: Sequence[int]


class Predictor:
    """A model ready to predict, which it leaves as it found it.

    Device, training mode and gradients of the model are those of before after every call. On a second
    device each call would move the weights there and back; ``with predictor.hold():`` moves them once
    for the whole block.

    Attributes
    ----------
    model
        The model; its ``card`` names the strand pairs of each head.
    device
        Where the arithmetic is done.
    batch_size
        Sequences in one pass; results do not depend on it beyond rounding.
    shifts_bp
        Offsets that are averaged over, in bp; positive reads further right.
    strands
        ``both``, whose mean is taken, or ``forward``; what the model's card says unless given.
    passes
        (shift, whether it is the reverse strand) of each pass that the mean is over.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        device: str | torch.device = "auto",
        precision: str = "fp32",
        strands: str | None = None,
        batch_size: int = 4,
        shifts_bp: Sequence[int] = (0,),
    ) -> None:
        if batch_size < 1:
            raise ConfigError("E701", "batch_size", f"is {batch_size}, at least 1 is needed", "Mend it.")
        if not shifts_bp:
            raise ConfigError("E702", "shifts_bp", "is empty", "Give at least one offset, 0 for none.")
        self.model: Any = model
        self.device = pick_device(device) if isinstance(device, str) else device
        self.dtype = pick_dtype(precision, self.device)
        own = getattr(getattr(model, "card", None), "strands", "both")
        self.strands: str = own if strands is None else strands
        self.batch_size = batch_size
        self.shifts_bp = tuple(int(shift) for shift in shifts_bp)
        self.passes = [
            (shift, rc) for shift in self.shifts_bp for rc in choose(STRANDS, self.strands, "strands")
        ]

    @property
    def margin_bp(self) -> int:
        """Bases that :meth:`predict` needs beyond the window on each side, for the shifts."""
        return max(abs(shift) for shift in self.shifts_bp)

    @property
    def settings(self) -> dict[str, Any]:
        """What its results depend on beside the model, as plain values for a run record."""
        return {
            "strands": self.strands,
            "shifts_bp": list(self.shifts_bp),
            "batch_size": self.batch_size,
            "device": self.device.type,
            "dtype": str(self.dtype),
        }

    def split(self) -> list["Predictor"]:
        """Return a predictor for each strand and shift that this one averages; all read the same margin."""
        parts = []
        for one in self.passes:
            part = copy.copy(self)
            part.passes = [one]
            parts.append(part)
        return parts

    def predict(
        self,
        inputs: UInt8[np.ndarray, "window base"] | Mapping[str, np.ndarray],
        head: str,
        names: Sequence[object] | None = None,
        *,
        turn: Callable[[Any], Any] = reverse_complement,
    ) -> Float32[np.ndarray, "window bin track"]:
        """Predict the tracks of ``head`` for each sequence.

        The reverse strand's prediction is that of the reverse complement with its bins reversed and the
        tracks of each strand pair exchanged; strands and shifts are averaged with equal weight.

        Parameters
        ----------
        inputs
            A, C, G, T, N = 0..4; each row is a window and :attr:`margin_bp` further bases on each side. Or
            several inputs by name, rows first, without shifts.
        head
            Which head of the model.
        names
            What each sequence is, for messages; numbers by default.
        turn
            What makes the reverse strand's inputs; several inputs need one of their own.

        Returns
        -------
        Predictions in the units that the model was trained in (stored units).

        Raises
        ------
        DataError
            A prediction is not finite.
        DeviceError
            The device has too little memory.
        """
        parts: list[np.ndarray] = []
        with self.hold():
            permutation = torch.as_tensor(card_permutation(self.model, head), device=self.device)
            n_rows = len(_first(inputs))
            for first in range(0, n_rows, self.batch_size):
                rows = slice(first, first + self.batch_size)
                with within_memory(self.device, "Lower --batch-size."):
                    part = self._batch(_take(inputs, rows), head, permutation, turn)
                check_finite(part, names[rows] if names else range(n_rows)[rows])
                parts.append(part)
        if not parts:
            raise ValueError("predict needs at least one sequence")
        return np.concatenate(parts)

    def _batch(
        self,
        inputs: UInt8[np.ndarray, "batch base"] | Mapping[str, np.ndarray],
        head: str,
        permutation: Int[Tensor, " track"],
        turn: Callable[[Any], Any],
    ) -> Float32[np.ndarray, "batch bin track"]:
        margin, width = self.margin_bp, _first(inputs).shape[1] - 2 * self.margin_bp
        total: Any = 0.0
        for shift, is_rc in self.passes:
            window = inputs
            if not isinstance(inputs, Mapping):
                window = inputs[:, margin + shift : margin + shift + width]
            elif self.margin_bp:
                raise ValueError("several inputs cannot be shifted")
            output = self._forward(turn(window) if is_rc else window, head)
            total = total + (output.flip(1)[:, :, permutation] if is_rc else output)
        return (total / len(self.passes)).cpu().numpy()

    def _forward(self, inputs: Any, head: str) -> Float[Tensor, "batch bin track"]:
        if isinstance(inputs, Mapping):
            inputs = {name: self._on_device(array) for name, array in inputs.items()}
        else:
            inputs = self._on_device(inputs)
        # no_grad and not inference_mode: a model may keep what it computes (the position basis), and
        # inference tensors would break the training step that meets them next.
        with torch.no_grad(), arithmetic(self.device, self.dtype):
            return self.model(inputs, heads=[head])[head].float()

    def _on_device(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.array(array)).to(self.device)

    @contextlib.contextmanager
    def hold(self) -> Iterator["Predictor"]:
        """Keep the model on the device and in evaluation mode for the block, then restore both."""
        first = next(iter(self.model.parameters()), None)
        home = first.device if first is not None else self.device
        with evaluating(self.model):
            try:
                with within_memory(self.device, "Use a device with more memory, or --device cpu."):
                    self.model.to(self.device)
                yield self
            finally:
                self.model.to(home)


def _first(inputs: Any) -> np.ndarray:
    return next(iter(inputs.values())) if isinstance(inputs, Mapping) else inputs


def _take(inputs: Any, rows: slice) -> Any:
    if isinstance(inputs, Mapping):
        return {name: array[rows] for name, array in inputs.items()}
    return inputs[rows]


@contextlib.contextmanager
def within_memory(device: torch.device, todo: str) -> Iterator[None]:
    """Say in the block which device has too little memory, and what to do."""
    try:
        yield
    except torch.OutOfMemoryError as fault:
        reason = str(fault).partition(". ")[0].rstrip(".")
        raise DeviceError("E718", f"device {str(device)!r}", f"is out of memory ({reason})", todo) from fault


def check_finite(prediction: Float32[np.ndarray, "window bin track"], names: Sequence[object]) -> None:
    """Raise DataError where a prediction is not finite, by the name of its sequence."""
    for name, values in zip(names, prediction, strict=True):
        if not np.isfinite(values).all():
            where = f"sequence {name}" if isinstance(name, int) else str(name)
            todo = "Check the model, or use --precision fp32."
            raise DataError("E708", where, "the model's prediction is not finite", todo)
