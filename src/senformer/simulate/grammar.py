"""The rule of the simulated world: expected signal as a fixed function of the sequence.

``sequence -> sites (scan) -> accessibility, enhancer reach, promoter activity -> expected counts``.
Nothing else enters, so what a variant does is known exactly: expected(ALT) - expected(REF).
Coordinates are bp from the start of the given sequence, signal comes in steps of 32 bp.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from senformer.core.shapes import N_CODE
from senformer.simulate.far.config import FarConfig
from senformer.simulate.far.reach import (
    CELLS_OF_CODE,
    CODES,
    ENHANCER_RAMP,
    UNIT_BP,
    code_strength,
    far_reach,
    ramp,
    responsiveness,
)
from senformer.simulate.motifs import motif_index
from senformer.simulate.scan import Sites, find_sites

STEP_BP = 32
CELLS = ("A", "B")


@dataclass(frozen=True)
class Factor:
    """What a bound factor does; each pair is for cells A and B."""

    access: tuple[float, float] = (0.0, 0.0)
    enhancer: tuple[float, float] = (0.0, 0.0)
    proximal: tuple[float, float] = (0.0, 0.0)
    repress: float = 0.0
    start_offset_bp: int | None = None
    chip: float = 0.0


FACTORS = {
    "TBP": Factor(access=(0.8, 0.8), start_offset_bp=30),
    "YY1": Factor(access=(0.8, 0.8), start_offset_bp=-12),
    "NFY": Factor(access=(1.0, 1.0), proximal=(1.0, 1.0)),
    "SP1": Factor(access=(1.0, 1.0), proximal=(1.0, 1.0)),
    "GATA1": Factor(access=(1.0, 0.0), enhancer=(1.0, 0.0), proximal=(1.2, 0.0)),
    "SPI1": Factor(access=(1.0, 0.0), enhancer=(1.0, 0.0), proximal=(1.2, 0.0)),
    "HNF1A": Factor(access=(0.0, 1.0), enhancer=(0.0, 1.0), proximal=(0.0, 1.2)),
    "HNF4A": Factor(access=(0.0, 1.0), enhancer=(0.0, 1.0), proximal=(0.0, 1.2)),
    "AP1": Factor(access=(1.0, 1.0), enhancer=(1.0, 1.0)),
    "CREB1": Factor(access=(1.0, 1.0), enhancer=(1.0, 1.0)),
    "CTCF": Factor(access=(1.2, 1.2), chip=1.0),
    "REST": Factor(repress=2.0),
}

ACCESS_SIGMA_BP = 110.0
ACCESS_HALF = 2.2
ACCESS_COUNTS_PER_STEP = 14.0
PROXIMAL_SIGMA_BP = 110.0
CORE_ACTIVITY = 0.5
PROXIMAL_HALF = 1.6
START_SIGMA_BP = 80.0
START_COUNTS = 60.0
REPRESS_SIGMA_BP = 250.0
CHIP_SIGMA_BP = 90.0
CHIP_COUNTS = 110.0
ENHANCER_NEAR_BP = 1_000
ENHANCER_FAR_BP = 32_000
ENHANCER_DECAY_BP = 8_000.0
ENHANCER_GAIN = 0.5
# The area under the accessibility of one strong enhancer, in bp: such a one counts 1.
ENHANCER_UNIT_BP = 150.0
BACKGROUND_PER_STEP = {"CAGE": 0.02, "DNASE": 0.15, "CHIP": 0.08}
# How far a changed base can reach: its own footprint, then an enhancer's arm.
LOCAL_REACH_BP = 2_000
N_TRACKS = 7


def _per_site(sites: Sites, name: str, cell: int | None = None) -> Float[np.ndarray, " site"]:
    """Return one property of the factor at every site."""
    table = np.zeros(len(FACTORS))
    for factor, record in FACTORS.items():
        value = getattr(record, name)
        table[motif_index(factor)] = value if cell is None else value[cell]
    return table[sites.motif]


def spread(
    center: Float[np.ndarray, " site"], weight: Float[np.ndarray, " site"], sigma_bp: float, n_steps: int
) -> Float[np.ndarray, " step"]:
    """Return the sum of Gaussian bumps of height ``weight`` at the middles of the steps (cut at 4 sigma)."""
    used = weight != 0
    center, weight = center[used], weight[used]
    reach = int(np.ceil(4 * sigma_bp / STEP_BP)) + 1
    step = np.floor(center / STEP_BP).astype(int)[:, None] + np.arange(-reach, reach + 1)
    distance = step * STEP_BP + (STEP_BP - 1) / 2 - center[:, None]
    height = weight[:, None] * np.exp(-0.5 * (distance / sigma_bp) ** 2)
    height[np.abs(distance) > 4 * sigma_bp] = 0.0
    inside = (step >= 0) & (step < n_steps)
    return np.bincount(step[inside], height[inside], minlength=n_steps).astype(np.float64)


def _saturate(activity: np.ndarray, half: float) -> np.ndarray:
    """Cooperative, saturating response: half of the maximum at ``half``, square law below."""
    squared = activity * activity
    return squared / (squared + half * half)


def accessibility(sites: Sites, n_steps: int, cell: int) -> Float[np.ndarray, " step"]:
    """Return how open the chromatin is in ``cell``, from 0 to 1 at every step."""
    weight = _per_site(sites, "access", cell) * sites.strength
    opened = _saturate(spread(sites.center, weight, ACCESS_SIGMA_BP, n_steps), ACCESS_HALF)
    return opened * np.exp(-repression(sites, n_steps))


def repression(sites: Sites, n_steps: int) -> Float[np.ndarray, " step"]:
    """Return the exponent by which silencers damp what lies near them."""
    weight = _per_site(sites, "repress") * sites.strength
    return spread(sites.center, weight, REPRESS_SIGMA_BP, n_steps)


def enhancer_activity(sites: Sites, n_steps: int, cell: int) -> Float[np.ndarray, " step"]:
    """Return the enhancer activity of every step: its area over one strong enhancer is about 1."""
    weight = _per_site(sites, "enhancer", cell) * sites.strength
    opened = _saturate(spread(sites.center, weight, ACCESS_SIGMA_BP, n_steps), ACCESS_HALF)
    return opened * np.exp(-repression(sites, n_steps)) * STEP_BP / ENHANCER_UNIT_BP


def distance_decay(distance_bp: np.ndarray) -> np.ndarray:
    """Return the weight of an enhancer at a distance: 0 below 1 kb and from 32 kb on, exponential between."""
    distance_bp = np.abs(distance_bp)
    weight = np.exp(-(distance_bp - ENHANCER_NEAR_BP) / ENHANCER_DECAY_BP)
    return np.where((distance_bp >= ENHANCER_NEAR_BP) & (distance_bp < ENHANCER_FAR_BP), weight, 0.0)


@dataclass(frozen=True)
class Starts:
    """Transcription start sites: one for every oriented core element.

    Attributes
    ----------
    position
        Start site in bp (may be half-integer).
    strand
        +1 or -1.
    core
        Strength of the core element.
    """

    position: Float[np.ndarray, " start"]
    strand: np.ndarray
    core: Float[np.ndarray, " start"]


def find_starts(sites: Sites) -> Starts:
    """Return the transcription start sites that the oriented sites define."""
    offset = np.zeros(len(FACTORS))
    is_core = np.zeros(len(FACTORS), dtype=bool)
    for name, factor in FACTORS.items():
        if factor.start_offset_bp is not None:
            is_core[motif_index(name)] = True
            offset[motif_index(name)] = factor.start_offset_bp
    core = sites.take(is_core[sites.motif])
    return Starts(core.center + core.strand * offset[core.motif], core.strand, core.strength)


def enhancer_reach(
    position: Float[np.ndarray, " start"], activity: Float[np.ndarray, " step"]
) -> Float[np.ndarray, " start"]:
    """Return for every start the sum over enhancer activity, weighted by distance."""
    reach = ENHANCER_FAR_BP // STEP_BP + 1
    padded = np.pad(activity, reach)
    total = np.zeros(len(position))
    for index, center in enumerate(position):
        first = int(center // STEP_BP) - reach
        steps = np.arange(first, first + 2 * reach + 1)
        inside = np.clip(steps + reach, 0, len(padded) - 1)
        weight = distance_decay(steps * STEP_BP + (STEP_BP - 1) / 2 - center)
        total[index] = np.sum(weight * padded[inside])
    return total


def far_activity(sites: Sites, n_steps: int, code: str) -> Float[np.ndarray, " step"]:
    """Return the activity of far enhancers of one code at every step: 1 is the area of a full one."""
    clustered = spread(sites.center, code_strength(sites, code), ACCESS_SIGMA_BP, n_steps)
    return ramp(clustered, ENHANCER_RAMP) * np.exp(-repression(sites, n_steps)) * STEP_BP / UNIT_BP


def far_boost(
    sites: Sites, starts: Starts, n_steps: int, cell: int, far: FarConfig
) -> Float[np.ndarray, " start"]:
    """Return what far enhancers add to the activity of starts in ``cell``, in units of the starts' own."""
    total = np.zeros(len(starts.position))
    center = np.arange(n_steps) * STEP_BP + (STEP_BP - 1) / 2
    for code in CODES:
        if CELLS_OF_CODE[code][cell]:
            reach = far_reach(starts.position, center, far_activity(sites, n_steps, code), far)
            total += responsiveness(starts.position, sites, code) * reach
    return far.gain * total


def start_activity(
    sites: Sites, starts: Starts, n_steps: int, cell: int, far: FarConfig | None = None
) -> Float[np.ndarray, " start"]:
    """Return the activity of starts in ``cell``: core x proximal x (1 + gain x enhancers) x silencing.

    With ``far``, far enhancers act in place of the near ones.
    """
    nearby = _at(starts.position, sites, _per_site(sites, "proximal", cell), PROXIMAL_SIGMA_BP)
    damping = _at(starts.position, sites, _per_site(sites, "repress"), REPRESS_SIGMA_BP)
    local = _saturate(CORE_ACTIVITY + nearby, PROXIMAL_HALF)
    if far is not None:
        boost = far_boost(sites, starts, n_steps, cell, far)
        return starts.core * local * (1.0 + boost) * np.exp(-damping)
    reach = enhancer_reach(starts.position, enhancer_activity(sites, n_steps, cell))
    return starts.core * local * (1.0 + ENHANCER_GAIN * reach) * np.exp(-damping)


def _at(position: np.ndarray, sites: Sites, weight: np.ndarray, sigma_bp: float) -> np.ndarray:
    """Return the sum of Gaussian bumps of the sites at exact positions."""
    used = weight != 0
    center, height = sites.center[used], (weight * sites.strength)[used]
    distance = position[:, None] - center
    bump = np.where(np.abs(distance) <= 4 * sigma_bp, np.exp(-0.5 * (distance / sigma_bp) ** 2), 0.0)
    return (bump * height).sum(axis=1)


def signal_of_sites(
    sites: Sites, known: Float[np.ndarray, " step"], far: FarConfig | None = None
) -> Float[np.ndarray, "step track"]:
    """Return the expected counts per 32-bp step that the sites give.

    Parameters
    ----------
    sites
        Sites in bp from the start of the first step.
    known
        Fraction of known bases in every step: no read maps to a gap.
    far
        Settings of far enhancers; None for a world of near ones.

    Returns
    -------
    ``(step, track)`` in the order of :data:`senformer.simulate.tracks.TRACKS`: CAGE A plus and minus,
    CAGE B plus and minus, DNase A and B, ChIP of CTCF.
    """
    n_steps = len(known)
    starts = find_starts(sites)
    peak = START_COUNTS * STEP_BP / (START_SIGMA_BP * np.sqrt(2 * np.pi))
    columns = []
    for cell in range(len(CELLS)):
        activity = start_activity(sites, starts, n_steps, cell, far) * peak
        for strand in (1, -1):
            weight = np.where(starts.strand == strand, activity, 0.0)
            columns.append(
                BACKGROUND_PER_STEP["CAGE"] + spread(starts.position, weight, START_SIGMA_BP, n_steps)
            )
    for cell in range(len(CELLS)):
        opened = accessibility(sites, n_steps, cell)
        columns.append(BACKGROUND_PER_STEP["DNASE"] + ACCESS_COUNTS_PER_STEP * opened)
    bound = _per_site(sites, "chip") * sites.strength
    peak = CHIP_COUNTS * STEP_BP / (CHIP_SIGMA_BP * np.sqrt(2 * np.pi))
    columns.append(BACKGROUND_PER_STEP["CHIP"] + spread(sites.center, bound * peak, CHIP_SIGMA_BP, n_steps))
    return np.stack(columns, axis=1) * known[:, None]


def known_fraction(codes: UInt8[np.ndarray, " base"]) -> Float[np.ndarray, " step"]:
    """Return the fraction of the 32 bases of every step that are known (beyond the end: unknown)."""
    n_steps = -(-len(codes) // STEP_BP)
    known = np.pad(codes != N_CODE, (0, n_steps * STEP_BP - len(codes)))
    return known.reshape(n_steps, STEP_BP).mean(axis=1)


def expected_signal(
    codes: UInt8[np.ndarray, " base"], far: FarConfig | None = None
) -> Float[np.ndarray, "step track"]:
    """Return the expected counts per 32-bp step of every track, from the sequence alone.

    Parameters
    ----------
    codes
        Sequence codes of a whole chromosome, or of a stretch: then enhancers outside it do not count.
    far
        Settings of far enhancers; None for a world of near ones.

    Returns
    -------
    ``(step, track)``, counts; the last step may be shorter than 32 bp.
    """
    return signal_of_sites(find_sites(codes), known_fraction(codes), far)
