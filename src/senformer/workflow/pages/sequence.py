"""What the bases around a variant contribute to one track, in both of its alleles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int64, UInt8

from senformer.core.shapes import BASES
from senformer.genome.variant import Change, Variant
from senformer.variants.alleles import Allele, reach, read_alleles
from senformer.variants.indel import IndelPlace
from senformer.variants.loci import Locus
from senformer.variants.place import Place
from senformer.variants.strings import read_strings
from senformer.workflow.pages.contributions import choose_method, contributions
from senformer.workflow.pages.reopen import Scoring

FLANK_BP = 30
MOST_CHANGED = 60
GAP = "-"

Column = tuple[str, float | None]


@dataclass(frozen=True)
class Slot:
    """Where an allele lies in its window: its first base, how many it has, how many the longer one has."""

    first: int
    n_own: int
    width: int


def explain_sequence(
    scoring: Scoring, locus: Locus, bins: slice | Int64[np.ndarray, " bin"], track: int
) -> dict[str, Any]:
    """Return the columns of a logo of both alleles.

    They contribute to the sum of the prediction over ``bins``; strands, shifts and models are averaged as for
    the score, and windows of an insertion or deletion are combined as its way of scoring does.

    Parameters
    ----------
    scoring
        What made the scores.
    locus
        One variant and its window.
    bins, track
        What the score reads: bins of the output, and the track among those that were scored.

    Returns
    -------
    ``method``, how they were found; ``chrom``; ``positions`` of the columns, 1-based, None where the genome
    has no such base; ``first`` and ``last`` column that change; ``ref`` and ``alt`` with ``bases`` and
    ``values``.
    """
    (variant,) = locus.variants
    change = variant.change
    read = np.zeros(scoring.ensemble.n_bins)
    read[bins] = 1
    n_slot = max(len(change.old), len(change.new))
    columns_of = _of_strings if scoring.indels.reads_strings else _of_windows
    genome, other = (_fill(columns, n_slot) for columns in columns_of(scoring, locus, read, track))
    kept = _kept(n_slot)
    positions = _positions(change, n_slot, scoring.fasta.chrom_sizes[variant.chrom])
    ref, alt = (other, genome) if variant.is_swapped else (genome, other)
    return {
        "method": choose_method(scoring),
        "chrom": variant.chrom,
        "positions": [positions[i] for i in kept],
        "first": FLANK_BP,
        "last": len(kept) - FLANK_BP - 1,
        "ref": _as_text(ref, kept),
        "alt": _as_text(alt, kept),
    }


def _of_strings(
    scoring: Scoring, locus: Locus, read: Float[np.ndarray, " bin"], track: int
) -> tuple[list[Column], list[Column]]:
    """Return the columns of both alleles, each read by itself."""
    (variant,) = locus.variants
    own, flank_bp = (variant.change.old, variant.change.new), scoring.ensemble.flank_bp
    *strings, _ = read_strings(variant, scoring.fasta, flank_bp)
    genome, other = (
        _columns(scoring, codes, read, track, Slot(flank_bp, len(allele), max(map(len, own))))
        for codes, allele in zip(strings, own, strict=True)
    )
    return genome, other


def _of_windows(
    scoring: Scoring, locus: Locus, read: Float[np.ndarray, " bin"], track: int
) -> tuple[list[Column], list[Column]]:
    """Return the columns of both alleles, each in its windows."""
    (variant,) = locus.variants
    change = variant.change
    ref_codes, (allele,) = read_alleles(locus, scoring.fasta, scoring.indels.anchors)
    slot = Slot(locus.index(variant), len(change.old), max(len(change.old), len(change.new)))
    weights = [read]
    if change.gain_bp:
        place = Place(variant, locus.window, len(read), scoring.measure.bin_bp)
        weights = _weights(scoring, [ref_codes, *allele.windows], read, track, place)
    other = _other_columns(scoring, locus, allele, weights, track)
    return _columns(scoring, ref_codes, read, track, slot), other


def _other_columns(
    scoring: Scoring, locus: Locus, allele: Allele, weights: Sequence[np.ndarray], track: int
) -> list[Column]:
    """Return the columns of the allele that the genome does not have, summed over its windows."""
    variant, change = allele.variant, allele.variant.change
    found = []
    for row, weight in enumerate(weights):
        is_left = not change.gain_bp or scoring.indels.anchors[row] == "left"
        start = locus.index(variant) if is_left else _first_right(variant, locus)
        slot = Slot(start, len(change.new), max(len(change.old), len(change.new)))
        found.append(_columns(scoring, allele.windows[row], weight, track, slot))
    return [_sum(parts) for parts in zip(*found, strict=True)]


def _weights(
    scoring: Scoring,
    codes: Sequence[UInt8[np.ndarray, " base"]],
    read: Float[np.ndarray, " bin"],
    track: int,
    place: Place,
) -> list[Float[np.ndarray, " bin"]]:
    """Return what each bin of each window of an insertion or deletion counts in what is read."""
    members = scoring.ensemble.predict(np.stack(codes), ["the reference", *scoring.indels.anchors])
    predicted = np.stack([member[:, :, track] for member in members]).mean(axis=0, dtype=np.float64)
    first_bp = place.variant.change.start - place.start
    indel = IndelPlace(first_bp, place.variant.change.gain_bp, place.bin_bp)
    return scoring.indels.weigh(list(predicted[1:]), read, indel)


def _first_right(variant: Variant, locus: Locus) -> int:
    """Return where the other allele begins in the window that is anchored right."""
    _, end = reach(variant, locus.window, "right")
    return locus.window.width - (end - variant.change.end) - len(variant.change.new)


def _columns(
    scoring: Scoring,
    codes: UInt8[np.ndarray, " base"],
    read: Float[np.ndarray, " bin"],
    track: int,
    slot: Slot,
) -> list[Column]:
    """Return base and value of an allele and its flanks; a gap where the window does not reach.

    Of bases that are not shown the value is NaN.
    """
    places = range(slot.first - FLANK_BP, slot.first + slot.n_own + FLANK_BP)
    kept, moved = set(_kept(slot.width)), slot.width - slot.n_own
    columns = [i if i < FLANK_BP + slot.n_own else i + moved for i in range(len(places))]
    shown = [
        place
        for place, column in zip(places, columns, strict=True)
        if column in kept and 0 <= place < len(codes)
    ]
    values = contributions(scoring, codes, read, track, shown)
    letters = BASES + "N"
    return [
        (letters[codes[place]], float(values[place])) if 0 <= place < len(codes) else (GAP, None)
        for place in places
    ]


def _sum(parts: Sequence[Column]) -> Column:
    known = [part for part in parts if part[1] is not None]
    return (known[0][0], sum(value for _, value in known if value is not None)) if known else (GAP, None)


def _fill(columns: list[Column], n_slot: int) -> list[Column]:
    """Put gaps after an allele that is shorter than the other."""
    end = len(columns) - FLANK_BP
    return [*columns[:end], *[(GAP, None)] * (n_slot - (end - FLANK_BP)), *columns[end:]]


def _positions(change: Change, n_slot: int, size: int) -> list[int | None]:
    """Return the 1-based position of every column; None where the chromosome has no base for it."""
    left = range(change.start - FLANK_BP, change.end)
    right = range(change.end, change.end + FLANK_BP)
    places = [*left, *[-1] * (n_slot - len(change.old)), *right]
    return [place + 1 if 0 <= place < size else None for place in places]


def _kept(n_slot: int) -> list[int]:
    """Return the columns that are shown: of a long allele its two ends."""
    columns = list(range(n_slot + 2 * FLANK_BP))
    half = MOST_CHANGED // 2
    return columns if n_slot <= MOST_CHANGED else columns[: FLANK_BP + half] + columns[-FLANK_BP - half :]


def _as_text(columns: Sequence[Column], kept: Sequence[int]) -> dict[str, Any]:
    return {
        "bases": "".join(columns[i][0] for i in kept),
        "values": [columns[i][1] for i in kept],
    }
