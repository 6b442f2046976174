"""The grammar of far enhancers: which promoter hears which enhancer follows from the sequence alone.

There are three codes, one a row of :data:`CODES`. An *enhancer* of a code is a cluster of sites of the code's
factors; a *promoter* of a code has one such site beside its start. An enhancer acts on every promoter of its
own code whose distance lies in the reach, in the cells in which the code's factors work, and on no other.
"""

import numpy as np
from jaxtyping import Float

from senformer.simulate.far.config import FarConfig
from senformer.simulate.motifs import motif_index
from senformer.simulate.scan import Sites

CODES = {"a": ("GATA1", "SPI1"), "b": ("HNF1A", "HNF4A"), "shared": ("AP1", "CREB1")}
# Cells A and B in which a code's enhancers work.
CELLS_OF_CODE = {"a": (True, False), "b": (False, True), "shared": (True, True)}
SIGMA_BP = 110.0
# Sites at one place, weighed by their distance: a cluster is no enhancer up to the first number and a full
# one from the second on, so that a site alone, by chance or at a promoter, is none.
ENHANCER_RAMP = (1.5, 3.0)
# The same for a promoter's own site.
PROMOTER_RAMP = (0.1, 0.5)
# The area under a full enhancer's activity, four sites 26 bp apart, in bp: such a one counts 1.
UNIT_BP = 237.0


def ramp(value: np.ndarray, between: tuple[float, float]) -> np.ndarray:
    """Return 0 up to the first number, 1 from the second on, and ``3 u^2 - 2 u^3`` between."""
    low, high = between
    u = np.clip((value - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def far_weight(distance_bp: np.ndarray, far: FarConfig) -> np.ndarray:
    """Return the weight of an enhancer at a distance: a power law within the reach, 0 outside."""
    distance = np.abs(distance_bp)
    inside = (distance >= far.min_bp) & (distance < far.max_bp)
    return np.where(inside, (np.maximum(distance, 1.0) / far.min_bp) ** -far.decay, 0.0)


def code_strength(sites: Sites, code: str) -> Float[np.ndarray, " site"]:
    """Return the strength of the sites of a code's factors, 0 for others."""
    wanted = np.isin(sites.motif, [motif_index(name) for name in CODES[code]])
    return np.where(wanted, sites.strength, 0.0)


def responsiveness(
    position: Float[np.ndarray, " start"], sites: Sites, code: str
) -> Float[np.ndarray, " start"]:
    """Return how much starts listen to enhancers of a code, from 0 to 1."""
    strength = code_strength(sites, code)
    center, height = sites.center[strength > 0], strength[strength > 0]
    distance = position[:, None] - center
    bump = np.where(np.abs(distance) <= 4 * SIGMA_BP, np.exp(-0.5 * (distance / SIGMA_BP) ** 2), 0.0)
    return ramp((bump * height).sum(axis=1), PROMOTER_RAMP)


def far_reach(
    position: Float[np.ndarray, " start"],
    center: Float[np.ndarray, " step"],
    activity: Float[np.ndarray, " step"],
    far: FarConfig,
) -> Float[np.ndarray, " start"]:
    """Return for every start the enhancer activity within the reach, weighted by distance.

    Parameters
    ----------
    position
        Starts, in bp.
    center
        Middles of the steps, in bp.
    activity
        Enhancer activity of every step: its area over one full enhancer is about 1.
    far
        Reach and decay.
    """
    used = activity > 0
    return far_weight(center[used] - position[:, None], far) @ activity[used]
