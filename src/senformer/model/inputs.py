"""The door of a model: what it is given is checked here, once, and trusted inside."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from senformer.core.config import nearest
from senformer.core.errors import DataError

# What models read, in words.
SEQUENCE = "uint8 codes (batch, base), A, C, G, T, N = 0 to 4; or float one-hot (batch, 4, base)"
GLOBAL_BINS = "bool (batch, bin): bins that see all bins and are seen by all"

_N_BASES = 4


def read_sequence(inputs: Any, bin_bp: int) -> Tensor:
    """Return the sequence tensor of ``inputs``: codes (batch, base), or one-hot (batch, 4, base).

    Parameters
    ----------
    inputs
        uint8 codes, float one-hot (torch or numpy), or a mapping that holds either as ``sequence``.
    bin_bp
        The length must be a multiple of it.

    Raises
    ------
    DataError
        No sequence, another shape or type, a code over 4, or a length that is not whole bins.
    """
    if isinstance(inputs, Mapping):
        if "sequence" not in inputs:
            raise DataError("E510", "model input", f"no 'sequence' among {sorted(inputs)}", "Add it.")
        inputs = inputs["sequence"]
    if isinstance(inputs, np.ndarray):
        inputs = torch.from_numpy(inputs)
    if not isinstance(inputs, Tensor):
        raise DataError(
            "E512",
            "model input",
            f"is a {type(inputs).__name__}, neither a torch tensor nor a numpy array",
            "Use torch.as_tensor.",
        )
    if inputs.dtype == torch.uint8:
        _check_codes(inputs)
    elif not (inputs.is_floating_point() and inputs.ndim == 3 and inputs.shape[1] == _N_BASES):
        raise DataError(
            "E512",
            "model input",
            f"is {inputs.dtype} of shape {tuple(inputs.shape)}",
            "Give uint8 codes (batch, base) or float one-hot (batch, 4, base).",
        )
    n_bases = inputs.shape[-1]
    if n_bases == 0 or n_bases % bin_bp:
        raise DataError(
            "E513",
            "model input",
            f"{n_bases} bp are not whole bins of {bin_bp} bp",
            f"Give {max(1, n_bases // bin_bp) * bin_bp} bp, for instance.",
        )
    return inputs


def read_global_bins(inputs: Any, bin_bp: int, known: Mapping[str, str]) -> Tensor | None:
    """Return the bins that ``inputs`` names as global, bool (batch, bin), or None.

    Parameters
    ----------
    inputs
        As given to the model.
    bin_bp
        Bases of a bin as the transformer reads it.
    known
        The inputs that the model reads, by name.

    Raises
    ------
    DataError
        An input that the model does not read, another shape or type, or a wrong sequence.
    """
    if not isinstance(inputs, Mapping):
        return None
    refuse_unknown_inputs(inputs, known)
    if inputs.get("global_bins") is None:
        return None
    sequence = read_sequence(inputs, bin_bp)
    shape = (sequence.shape[0], sequence.shape[-1] // bin_bp)
    mask = torch.as_tensor(inputs["global_bins"])
    if mask.dtype != torch.bool or mask.shape != shape:
        raise DataError(
            "E571",
            "model input global_bins",
            f"is {mask.dtype} of shape {tuple(mask.shape)}",
            f"Give bool of shape {shape}: examples and bins, those that the crop drops among them.",
        )
    return mask


def read_features(inputs: Any, name: str, shape: tuple[int, ...]) -> Tensor | None:
    """Return the numbers that ``inputs`` gives by a name, in float32, or None.

    Parameters
    ----------
    inputs
        As given to the model.
    name, shape
        The input, and what shape it has to have, examples first.

    Raises
    ------
    DataError
        Another shape or type, or a number that is not finite.
    """
    given = inputs.get(name) if isinstance(inputs, Mapping) else None
    if given is None:
        return None
    features = torch.as_tensor(given)
    if features.shape != shape or features.dtype == torch.bool or features.is_complex():
        raise DataError(
            "E584",
            f"model input {name}",
            f"is {features.dtype} of shape {tuple(features.shape)}",
            f"Give numbers of shape {shape}, examples first.",
        )
    features = features.float()
    if features.device.type != "meta" and not bool(features.isfinite().all()):
        row = int((~features.isfinite()).flatten(1).any(dim=1).nonzero()[0])
        raise DataError(
            "E584", f"model input {name}", f"is not finite in example {row}", "Give a number, 0 for a mean."
        )
    return features


def refuse_unknown_inputs(inputs: Any, known: Mapping[str, str]) -> None:
    """Raise if ``inputs`` are several by name, one of which the model does not read.

    Raises
    ------
    DataError
        The first such name.
    """
    for name in inputs if isinstance(inputs, Mapping) else ():
        if name not in known:
            raise DataError("E570", "model input", f"no input is called {name!r}", nearest(name, known))


def _check_codes(codes: Tensor) -> None:
    if codes.ndim != 2:
        raise DataError(
            "E512", "model input", f"codes have shape {tuple(codes.shape)}", "Give (batch, base)."
        )
    if codes.numel() and codes.device.type != "meta" and int(codes.max()) > _N_BASES:
        raise DataError(
            "E514", "model input", f"holds code {int(codes.max())}", "Codes are A, C, G, T, N = 0 to 4."
        )
