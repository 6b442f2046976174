"""No positions: every distance is the same to attention; ``none`` in ``POSITIONS``.

For comparisons: the S-Enformer of 2022 had no positions in its attention. The tensors keep their names and
shapes; those that positions alone would use have no effect.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def position_features(
    distances: Float[Tensor, " offset"], n_features: int, basis_bins: int
) -> Float[Tensor, "offset feature"]:
    """Return zeros in float64, whatever the distances.

    Parameters
    ----------
    distances
        In bins; their number alone matters.
    n_features
        Columns.
    basis_bins
        Not used: there is no basis.
    """
    return torch.zeros(len(distances), n_features, dtype=torch.float64, device=distances.device)
