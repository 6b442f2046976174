"""Gradient of a prediction with respect to the bases, and gradient times input.

The plainest attribution: how the prediction answers to a small change of each base's one-hot row. Its product
with the row keeps the base that stands there.

Source: Simonyan et al. 2014, arXiv:1312.6034; Shrikumar et al. 2017, arXiv:1605.01713 (times the input);
Majdandzic et al. 2023, doi:10.1186/s13059-023-02956-3 (the mean over the four bases is taken off).
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor

from senformer.core.errors import ConfigError, DataError
from senformer.genome.sequence import one_hot, reverse_complement
from senformer.predict.precision import arithmetic
from senformer.predict.predictor import STRANDS, Predictor
from senformer.predict.strands import card_permutation


def input_gradient(
    predictor: Predictor,
    codes: UInt8[np.ndarray, "window base"],
    head: str,
    weights: Float[np.ndarray, "bin track"],
) -> Float32[np.ndarray, "window base 4"]:
    """Return the gradient of a weighted sum of predictions with respect to every base's one-hot row.

    Parameters
    ----------
    predictor
        The model, and whether strands are averaged: the gradient is that of what it predicts. It averages no
        shifts here.
    codes
        A, C, G, T, N = 0..4, one row a window.
    head
        Head of the model.
    weights
        What each bin and track counts, in whichever units the prediction has.

    Returns
    -------
    Derivatives for A, C, G, T at every base, those of N included.

    Raises
    ------
    ConfigError
        The model has no gradient.
    DataError
        The gradient is not finite.
    ValueError
        The predictor averages shifts.
    """
    if predictor.shifts_bp != (0,):
        raise ValueError(
            "gradients are those of the window as it lies: the predictor must not average shifts"
        )
    if not has_gradient(predictor.model):
        fault = "has no gradient: it is made of trees or words"
        todo = "Ask for in-silico mutagenesis instead (senformer.interpret.ism)."
        raise ConfigError("E722", f"model {predictor.model.name}", fault, todo)
    strands = STRANDS[predictor.strands]
    forward = np.ascontiguousarray(weights, dtype=np.float32)
    reverse = forward[::-1][:, card_permutation(predictor.model, head)]
    rows = []
    with predictor.hold():
        for row in codes:
            total = np.zeros((len(row), 4), dtype=np.float32)
            for is_rc in strands:
                given = reverse_complement(row) if is_rc else row
                found = _gradient(predictor, given, head, reverse if is_rc else forward)
                # The complement of base i is base 3 - i.
                total += found[::-1, ::-1] if is_rc else found
            rows.append(total / len(strands))
    gradient = np.stack(rows)
    if not np.isfinite(gradient).all():
        raise DataError("E720", f"head {head!r}", "the model's gradient is not finite", "Check the model.")
    return gradient


def has_gradient(model: Any) -> bool:
    """Say whether a model's predictions have a gradient; of models that do not say they do."""
    return getattr(model, "has_gradient", True)


def _gradient(
    predictor: Predictor,
    codes: UInt8[np.ndarray, " base"],
    head: str,
    weights: Float32[np.ndarray, "bin track"],
) -> Float32[np.ndarray, "base 4"]:
    bases = torch.from_numpy(one_hot(codes[None])).to(predictor.device).requires_grad_()
    with torch.enable_grad(), arithmetic(predictor.device, predictor.dtype):
        prediction: Tensor = predictor.model(bases, heads=[head])[head].float()
        score = (prediction[0] * torch.from_numpy(weights.copy()).to(predictor.device)).sum()
        # Of the bases alone: the parameters' own gradients stay what they are.
        (gradient,) = torch.autograd.grad(score, bases)
    return gradient[0].T.cpu().numpy()


def times_input(
    gradient: Float32[np.ndarray, "*window base 4"],
    codes: UInt8[np.ndarray, "*window base"],
    *,
    center: bool = True,
) -> Float32[np.ndarray, "*window base"]:
    """Return the gradient at the base that stands there; 0 at N.

    Parameters
    ----------
    gradient, codes
        As :func:`input_gradient` takes and returns them.
    center
        Whether the mean over the four bases is taken off first: one-hot rows have a sum of 1, so that what
        the gradient has in common for all bases is left to chance by training.
    """
    if center:
        gradient = gradient - gradient.mean(axis=-1, keepdims=True)
    standing = np.moveaxis(one_hot(codes), -2, -1)
    return (gradient * standing).sum(axis=-1).astype(np.float32)
