"""The effect of one changed base on every bin.

The protocol of the S-Enformer of 2022: nine sites across the window, random sequences, one base moved on by
one or two letters of A, C, G, T; the effect on a bin is the mean of the absolute change over sequences and
tracks. Here all sites share the same sequences, so that each is predicted once unchanged.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from senformer.model.trunk_model import TrunkModel

N_SITES = 9
_N_BASES = 4
_SEED = 0
# A base changes bins at most three away (2 bins and 3 bp).
_REACH_BINS = 4


def sites_of(window_bp: int) -> list[int]:
    """Return nine positions, both ends of the window among them."""
    return np.linspace(0, window_bp - 1, N_SITES).astype(int).tolist()


def _predict(model: TrunkModel, bins: Tensor, head: str) -> Tensor:
    """Return the head's rates of one window, from what the transformer reads, in the model's precision."""
    embedding = model.transform(bins, model.crop_bins)
    return model.activate(model.heads[head](embedding))[0]


def _changed_bins(model: TrunkModel, codes: Tensor, bins: Tensor, site: int) -> Tensor:
    """Return what the transformer reads of ``codes``, which differ at ``site`` from those of ``bins``.

    Only bins within the tower's reach are computed, from a stretch that is longer by as much again.
    """
    n_bins, middle = bins.shape[1], site // model.coarse_bp
    low, high = max(0, middle - 2 * _REACH_BINS), min(n_bins, middle + 2 * _REACH_BINS + 1)
    part = model.bins(codes[:, low * model.coarse_bp : high * model.coarse_bp])
    first, end = max(0, middle - _REACH_BINS), min(n_bins, middle + _REACH_BINS + 1)
    found = bins.clone()
    found[:, first:end] = part[:, first - low : end - low]
    return found


@torch.no_grad()
def effect_of_bases(
    model: TrunkModel, head: str, n_sequences: int
) -> tuple[list[int], Float[np.ndarray, "site bin"]]:
    """Return the sites in bp and the mean absolute change of each bin for each of them."""
    window = model.window_bp
    sites = sites_of(window)
    generator = torch.Generator().manual_seed(_SEED)
    total: Tensor | None = None
    for _ in range(n_sequences):
        codes = torch.randint(0, _N_BASES, (1, window), generator=generator, dtype=torch.uint8)
        moves = torch.randint(1, 3, (N_SITES,), generator=generator).tolist()
        bins = model.bins(codes)
        before = _predict(model, bins, head)
        rows = []
        for site, move in zip(sites, moves, strict=True):
            changed = codes.clone()
            changed[0, site] = (int(codes[0, site]) + move) % _N_BASES
            after = _predict(model, _changed_bins(model, changed, bins, site), head)
            rows.append((after - before).abs().mean(dim=-1))
        found = torch.stack(rows)
        total = found if total is None else total + found
    assert total is not None
    return sites, (total / n_sequences).cpu().numpy()
