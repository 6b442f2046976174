"""Features of bins gathered by how far each bin lies from the middle: exponentials of several rates."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn

RATES = (0.01, 0.02, 0.05, 0.1, 0.2)


def bin_distances(n_bins: int, step_bp: int) -> Float64[np.ndarray, " bin"]:
    """Return how far the middle of each bin lies behind the middle of all, in bp."""
    return (np.arange(n_bins) - (n_bins - 1) / 2) * step_bp


def exp_weights(
    distances: Float64[np.ndarray, " bin"], step_bp: int, rates: Sequence[float], *, sides: bool
) -> Float64[np.ndarray, "basis bin"]:
    """Return ``exp(-rate * floor(|distance| / step_bp))`` of every rate and bin.

    With ``sides`` the rates come twice: for bins at or before the middle, 0 behind it, and for bins at or
    behind it.
    """
    steps = np.floor(np.abs(distances) / step_bp)
    weights = np.exp(-np.asarray(rates, dtype=np.float64)[:, None] * steps)
    return np.concatenate([weights * (distances <= 0), weights * (distances >= 0)]) if sides else weights


class ExpBasis(nn.Module):
    """Sum the features of bins, weighed by :func:`exp_weights`, in float64; a basis is a row of features.

    Attributes
    ----------
    weights
        One row a basis.
    """

    weights: Tensor

    def __init__(self, weights: Float64[np.ndarray, "basis bin"]) -> None:
        super().__init__()
        self.register_buffer("weights", torch.as_tensor(weights))

    def forward(self, x: Float[Tensor, "batch bin feature"]) -> Float64[Tensor, "batch wide"]:
        """Return all features of the first basis, then of the second, and so on."""
        return torch.einsum("jb,nbf->njf", self.weights, x.to(self.weights)).flatten(1)
