"""Keeps the predictions of the variants with the largest effects, for figures.

A variant's rank is the maximum over tracks, and genes, of abs(SAR): a ratio, so that a track with a large
scale does not crowd out the others. Where SAR is not asked for, the first scorer takes its place. Equal
ranks keep the order of the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from senformer.core.commit import commit_file
from senformer.genome.variant import Variant
from senformer.variants.effects import Effect
from senformer.variants.measure import Measure
from senformer.variants.place import Place
from senformer.variants.scorers import Scorer
from senformer.variants.table import rank_name


@dataclass(frozen=True)
class TopVariant:
    """One variant among the largest effects.

    Attributes
    ----------
    variant
        The variant.
    rank_score
        Maximum over tracks and genes of the absolute score that ranks.
    start
        First base of the first bin kept; 0-based, negative where the window reaches beyond the chromosome.
    padded_bp
        Positions of the window beyond the chromosome.
    ref, alt
        Predictions of the bins around the variant.
    """

    variant: Variant
    rank_score: float
    start: int
    padded_bp: int
    ref: Float[np.ndarray, "bin track"]
    alt: Float[np.ndarray, "bin track"]


def ranking_scorer(scorers: Sequence[Scorer]) -> Scorer:
    """Return the scorer that ranks variants (:func:`senformer.variants.table.rank_name`)."""
    name = rank_name([scorer.name for scorer in scorers])
    return next(scorer for scorer in scorers if scorer.name == name)


def add_to_top(top: list[TopVariant], effect: Effect, measure: Measure, n_top: int) -> list[TopVariant]:
    """Return the ``n_top`` largest of ``top`` (largest first) and one effect; ties stay in order.

    Predictions are copied only of an effect that is among them.
    """
    row = list(measure.scorers).index(ranking_scorer(measure.scorers))
    sizes = np.abs([scores.values[row] for scores in effect.scores])
    rank_score = float(np.nan_to_num(sizes).max())  # a row that the scorer does not read holds NaN
    kept = top[:n_top]
    if len(kept) == n_top and (not kept or rank_score <= kept[-1].rank_score):
        return kept
    place = sum(item.rank_score >= rank_score for item in kept)
    return [*kept[:place], summarize(effect, rank_score, measure.bin_bp), *kept[place:]][:n_top]


def merge_tops(first: list[TopVariant], then: list[TopVariant], n_top: int) -> list[TopVariant]:
    """Return the ``n_top`` largest of two lists, each largest first; ties stay in order."""
    return sorted([*first, *then], key=lambda item: -item.rank_score)[:n_top]


def summarize(effect: Effect, rank_score: float, bin_bp: int) -> TopVariant:
    """Cut the bins around the variant out of an effect."""
    scores, ref, alt = effect.scores[0], effect.ref.bins, effect.alt.bins
    place = Place(scores.variant, effect.window, len(ref), bin_bp)
    kept = place.central
    start = place.start + kept.start * bin_bp
    return TopVariant(scores.variant, rank_score, start, scores.padded_bp, ref[kept].copy(), alt[kept].copy())


def write_top(
    path: Path, top: Sequence[TopVariant], head: str, measure: Measure, tracks: pd.DataFrame
) -> None:
    """Write ``top`` as arrays without pickles; the folder is there.

    Axis variant: ``key``, ``variant_id``, ``chrom``, ``position`` (1-based), ``ref_allele``,
    ``alt_allele``, ``rank_score``, ``start`` (0-based, first base of bin 0), ``padded_bp``. Axes variant,
    bin, track: ``ref`` and ``alt``. Axis track: ``track_index``, ``track_name``, ``assay``, ``strand``.
    Scalars: ``head``, ``bin_bp``, ``rank_scorer``.
    """
    variants = [item.variant for item in top]
    empty = np.empty((0, 0, len(tracks)), dtype=np.float32)
    arrays: dict[str, Any] = {
        "key": _text([variant.key for variant in variants]),
        "variant_id": _text([variant.id or variant.key for variant in variants]),
        "chrom": _text([variant.chrom for variant in variants]),
        "position": np.array([variant.position for variant in variants], dtype=np.int64),
        "ref_allele": _text([variant.ref for variant in variants]),
        "alt_allele": _text([variant.alt for variant in variants]),
        "rank_score": np.array([item.rank_score for item in top]),
        "start": np.array([item.start for item in top], dtype=np.int64),
        "padded_bp": np.array([item.padded_bp for item in top], dtype=np.int64),
        "ref": np.stack([item.ref for item in top]) if top else empty,
        "alt": np.stack([item.alt for item in top]) if top else empty,
        "track_index": tracks["track_index"].to_numpy(),
        "track_name": _text(tracks["track_name"]),
        "assay": _text(tracks["assay"]),
        "strand": _text(tracks["strand"]),
        "head": np.array(head),
        "bin_bp": np.array(measure.bin_bp),
        "rank_scorer": np.array(ranking_scorer(measure.scorers).name),
    }
    commit_file(path, lambda temporary: _save(temporary, arrays), make_parent=False)


def _text(values: Iterable[str]) -> np.ndarray:
    return np.array(list(values), dtype=np.str_)


def _save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    # A handle, for numpy would add .npz to a temporary name that does not end so.
    with open(path, "wb") as handle:  # allowed: the temporary file of commit_file
        np.savez(handle, allow_pickle=False, **arrays)


def read_top(path: Path) -> dict[str, np.ndarray]:
    """Read the arrays of :func:`write_top`."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def restore_top(path: Path) -> list[TopVariant]:
    """Read back what :func:`write_top` wrote, to go on from it."""
    a = read_top(path)
    return [
        TopVariant(
            Variant(
                str(a["chrom"][row]),
                int(a["position"][row]) - 1,
                str(a["ref_allele"][row]),
                str(a["alt_allele"][row]),
                str(a["variant_id"][row]),
            ),
            float(a["rank_score"][row]),
            int(a["start"][row]),
            int(a["padded_bp"][row]),
            a["ref"][row],
            a["alt"][row],
        )
        for row in range(len(a["key"]))
    ]
