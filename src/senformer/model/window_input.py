"""The sequence of a model that reads windows of one length, no more and no fewer bases."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.core.errors import DataError
from senformer.model.inputs import read_sequence, refuse_unknown_inputs
from senformer.model.sequence_model import Inputs
from senformer.model.stem import as_bases


def read_window(
    inputs: Inputs, known: Mapping[str, str], window_bp: int, like: Tensor
) -> Float[Tensor, "batch base 4"]:
    """Check the inputs and return one-hot bases, of the type and on the device of a parameter.

    Parameters
    ----------
    inputs, known
        As given to the model, and those that it reads, by name.
    window_bp
        The one length.
    like
        A parameter of the model.

    Raises
    ------
    DataError
        An input is none that the model reads, or the sequence is of another length.
    """
    refuse_unknown_inputs(inputs, known)
    sequence = read_sequence(inputs, 1)
    if sequence.shape[-1] != window_bp:
        found = f"has {sequence.shape[-1]} bp, the model reads windows of {window_bp} bp"
        raise DataError("E576", "model input", found, "Cut the sequence, or pad it with N.")
    sequence = sequence.to(like.device)
    rows = sequence if sequence.dtype == torch.uint8 else sequence.transpose(1, 2)
    return as_bases(rows, like.dtype)
