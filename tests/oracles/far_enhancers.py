"""The activity of starts in a world of far enhancers, one start, enhancer step and site at a time."""

import math

from senformer.simulate.far.config import FarConfig
from senformer.simulate.motifs import read_motifs
from senformer.simulate.scan import Sites

CODES = {"a": {"GATA1", "SPI1"}, "b": {"HNF1A", "HNF4A"}, "shared": {"AP1", "CREB1"}}
CELLS = {"a": "A", "b": "B", "shared": "AB"}


def _smooth(value: float, low: float, high: float) -> float:
    u = min(1.0, max(0.0, (value - low) / (high - low)))
    return 3 * u**2 - 2 * u**3


def _of(sites: Sites, names: set[str]) -> list[tuple[float, float]]:
    """Return middle and strength of the sites of some factors."""
    motifs = read_motifs()
    return [
        (float(center), float(strength))
        for motif, center, strength in zip(sites.motif, sites.center, sites.strength, strict=True)
        if motifs[motif].name in names
    ]


def _clustered(place: float, sites: list[tuple[float, float]], sigma: float = 110.0) -> float:
    total = 0.0
    for center, strength in sites:
        if abs(place - center) <= 4 * sigma:
            total += strength * math.exp(-0.5 * ((place - center) / sigma) ** 2)
    return total


def boost(start: float, sites: Sites, n_steps: int, cell: str, far: FarConfig) -> float:
    """Return what far enhancers add to the activity of a start, in units of its own."""
    total, silencers = 0.0, _of(sites, {"REST"})
    for code, names in CODES.items():
        if cell not in CELLS[code]:
            continue
        own = _of(sites, names)
        listens = _smooth(_clustered(start, own), 0.1, 0.5)
        for step in range(n_steps):
            place = 32 * step + 15.5
            distance = abs(place - start)
            if far.min_bp <= distance < far.max_bp:
                active = _smooth(_clustered(place, own), 1.5, 3.0)
                active *= math.exp(-2.0 * _clustered(place, silencers, 250.0))
                total += listens * active * 32 / 237.0 * (distance / far.min_bp) ** -far.decay
    return far.gain * total
