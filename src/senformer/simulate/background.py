"""Chromosome lengths and the sequence between the elements: a Markov chain with slow GC waves and gaps."""

import numpy as np
from jaxtyping import Float, UInt8

from senformer.core.shapes import N_CODE

# Observed over expected dinucleotide frequencies of a vertebrate genome, the same on both strands:
# CpG is rare, TpA somewhat, and their mutation products TpG and CpA are common.
# Rows: first base A, C, G, T; columns: second base. After Karlin and Mrazek 1997,
# doi:10.1073/pnas.94.19.10227, rounded.
_DINUCLEOTIDE_ODDS = np.array(
    [
        [1.12, 0.84, 1.17, 0.87],
        [1.21, 1.20, 0.24, 1.17],
        [1.02, 1.01, 1.20, 0.84],
        [0.74, 1.02, 1.21, 1.12],
    ]
)
GC_RANGE = (0.36, 0.50)
_GC_LEVELS = 8
_ISOCHORE_BP = 60_000
_SEGMENT_BP = 512
_SIZE_SLOPE = 0.35
_GAP_FRACTION = 0.004


def chromosome_sizes(genome_bp: int, n_chromosomes: int) -> dict[str, int]:
    """Return unequal, falling chromosome lengths with sum ``genome_bp``.

    Examples
    --------
    >>> chromosome_sizes(60_000, 2)
    {'chr1': 36364, 'chr2': 23636}
    """
    steps = np.linspace(0.0, _SIZE_SLOPE, n_chromosomes) if n_chromosomes > 1 else np.zeros(1)
    weights = 1.0 - steps
    ends = np.round(np.cumsum(weights) / weights.sum() * genome_bp).astype(int)
    lengths = np.diff(ends, prepend=0)
    return {f"chr{index + 1}": int(length) for index, length in enumerate(lengths)}


def gc_wave(length_bp: int, rng: np.random.Generator) -> Float[np.ndarray, " base"]:
    """Return the local GC content along a chromosome: straight lines between random knots."""
    n_knots = max(3, length_bp // _ISOCHORE_BP + 2)
    knots = rng.uniform(*GC_RANGE, n_knots)
    return np.interp(np.arange(length_bp), np.linspace(0, length_bp, n_knots), knots)


def _transitions(gc: float) -> Float[np.ndarray, "4 4"]:
    """Return cumulative transition probabilities at one GC content."""
    base = np.array([1 - gc, gc, gc, 1 - gc]) / 2
    odds = _DINUCLEOTIDE_ODDS * base
    return (odds / odds.sum(axis=1, keepdims=True)).cumsum(axis=1)


def markov_sequence(length_bp: int, rng: np.random.Generator) -> UInt8[np.ndarray, " base"]:
    """Return a random sequence of an order-1 Markov chain whose GC content drifts along the chromosome.

    Every position holds a random map from the base before it to its own base. Segments apply their maps
    for all four possible entry bases side by side, and are then chained: exact, without a loop over bases.
    """
    gc = gc_wave(length_bp, rng)
    edges = np.linspace(*GC_RANGE, _GC_LEVELS + 1)
    level = np.clip(np.searchsorted(edges, gc, side="right") - 1, 0, _GC_LEVELS - 1)
    cumulative = np.stack([_transitions(value) for value in (edges[:-1] + edges[1:]) / 2])
    n_segments = -(-length_bp // _SEGMENT_BP)
    level = np.pad(level, (0, n_segments * _SEGMENT_BP - length_bp), mode="edge")
    level = level.reshape(n_segments, _SEGMENT_BP)
    draws = rng.random((n_segments, _SEGMENT_BP))
    paths = np.empty((n_segments, _SEGMENT_BP, 4), dtype=np.uint8)
    state = np.tile(np.arange(4), (n_segments, 1))
    for offset in range(_SEGMENT_BP):
        thresholds = cumulative[level[:, offset, None], state]
        state = (draws[:, offset, None, None] > thresholds[..., :3]).sum(axis=2)
        paths[:, offset] = state
    sequence = np.empty((n_segments, _SEGMENT_BP), dtype=np.uint8)
    last = int(rng.integers(4))
    for segment in range(n_segments):
        sequence[segment] = paths[segment, :, last]
        last = int(sequence[segment, -1])
    return sequence.reshape(-1)[:length_bp]


def place_gaps(length_bp: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return the assembly gaps of a chromosome: one short run at each end, one long run inside."""
    total = max(60, round(length_bp * _GAP_FRACTION))
    tip = total // 6
    inner = total - 2 * tip
    start = int(rng.integers(int(length_bp * 0.3), int(length_bp * 0.6)))
    return [(0, tip), (start, start + inner), (length_bp - tip, length_bp)]


def fill_gaps(codes: UInt8[np.ndarray, " base"], gaps: list[tuple[int, int]]) -> UInt8[np.ndarray, " base"]:
    """Return ``codes`` with unknown bases in ``gaps``."""
    filled = codes.copy()
    for start, end in gaps:
        filled[start:end] = N_CODE
    return filled


def place_repeats(length_bp: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return stretches to be written in lower case, as soft-masked repeats are; about 8 % of the bases."""
    n_repeats = max(1, length_bp // 4000)
    starts = np.sort(rng.integers(0, length_bp, n_repeats))
    lengths = rng.integers(150, 500, n_repeats)
    return [
        (int(start), int(min(start + size, length_bp))) for start, size in zip(starts, lengths, strict=True)
    ]
