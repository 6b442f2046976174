"""Gathers what the page of one variant shows: its scores, both predictions, and what its bases contribute."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.report.scores.table import ScoredRows, ScoreTable
from senformer.variants.effects import predict_effects
from senformer.variants.loci import Locus
from senformer.variants.masks import read_bins
from senformer.variants.place import Place
from senformer.variants.top import summarize
from senformer.workflow.pages.contributions import LONGEST_ISM_BP, choose_method
from senformer.workflow.pages.reopen import Scoring
from senformer.workflow.pages.sequence import explain_sequence

N_TRACKS = 3
_FACTS = (
    "variant_id",
    "key",
    "chrom",
    "position",
    "ref",
    "alt",
    "file_position",
    "file_ref",
    "file_alt",
    "is_swapped",
    "padded_bp",
    "offset_bp",
    "in_training",
    "indels",
)


def explain(
    scoring: Scoring, table: ScoreTable, rows: ScoredRows, starts: pd.DataFrame | None
) -> dict[str, Any]:
    """Return what a page is drawn from, as plain values.

    Parameters
    ----------
    scoring, table
        What made the scores, and the scores.
    rows
        The rows of the variant.
    starts
        chrom, strand, gene_name, start (0-based) of transcripts, to be marked; None for none.
    """
    row, tracks = most_changed(rows, table.rank_scorer)
    locus = locus_of(rows, scoring.window_bp)
    (variant,) = locus.variants
    with scoring.ensemble.hold():
        (effect,) = predict_effects(
            [locus],
            scoring.fasta,
            scoring.ensemble,
            scoring.measure,
            scoring.indels,
            delta=scoring.has_delta,
        )
        gene = (rows.facts.get("gene_id") or [""] * len(rows))[row]
        bins = _bins_read(scoring, locus, table.rank_scorer, gene)
        why = _why_no_letters(scoring, bins)
        sequence = None if why else explain_sequence(scoring, locus, bins, tracks[0])
    shown = summarize(effect, 0.0, scoring.measure.bin_bp)
    drawn = [
        {
            **{name: _plain(value) for name, value in table.tracks.iloc[track].items()},
            "ref": shown.ref[:, track].astype(float).tolist(),
            "alt": shown.alt[:, track].astype(float).tolist(),
        }
        for track in tracks
    ]
    return {
        "format": 1,
        **{name: rows.facts[name][0] for name in _FACTS if name in rows.facts},
        "rank_scorer": table.rank_scorer,
        "scorers": table.scorers,
        "bin_bp": scoring.measure.bin_bp,
        "start": shown.start,
        "tracks": drawn,
        "genes": _starts_near(starts, variant, shown.start, len(shown.ref) * scoring.measure.bin_bp),
        "sequence": sequence and sequence | {"what": _what(table, drawn[0], gene, rows, row)},
        "why_no_letters": why,
    }


def most_changed(rows: ScoredRows, scorer: str) -> tuple[int, list[int]]:
    """Return the row that holds the largest absolute score, and the tracks with the largest ones in it."""
    sizes = np.nan_to_num(np.abs(rows.values[scorer]), nan=-1.0)
    row = int(sizes.max(axis=1).argmax())
    return row, np.argsort(-sizes[row], kind="stable")[:N_TRACKS].tolist()


def locus_of(rows: ScoredRows, window_bp: int) -> Locus:
    """Return the variant of some rows in the window in which it was scored."""
    facts = {name: items[0] for name, items in rows.facts.items()}
    variant = Variant(
        facts["chrom"],
        facts["position"] - 1,
        facts["ref"],
        facts["alt"],
        facts["variant_id"],
        bool(facts["is_swapped"]),
    )
    start = variant.change.start - facts["offset_bp"] - window_bp // 2
    return Locus(Interval(variant.chrom, start, start + window_bp), (variant,))


def _bins_read(scoring: Scoring, locus: Locus, scorer: str, gene: str) -> Any:
    """Return the bins that the score that ranks reads; None where it reads none."""
    (mask,) = {item.mask for item in scoring.measure.scorers if item.name == scorer}
    place = Place(locus.variants[0], locus.window, scoring.ensemble.n_bins, scoring.measure.bin_bp)
    for found, bins in read_bins(mask, place, scoring.measure.genes):
        if (found.id if found else "") == gene and len(np.arange(place.n_bins)[bins]):
            return bins
    return None


def _why_no_letters(scoring: Scoring, bins: Any) -> str:
    """Return why the bases are not drawn; empty where they are."""
    if bins is None:
        return "The score reads no bin here."
    if choose_method(scoring) is None:
        return (
            "The model has no gradient, and to predict every substitution in a window of "
            f"{scoring.model.window_bp:,} bp would take too long: letters are drawn up to "
            f"{LONGEST_ISM_BP:,} bp."
        )
    return ""


def _starts_near(
    starts: pd.DataFrame | None, variant: Variant, first: int, width: int
) -> list[dict[str, Any]]:
    if starts is None:
        return []
    near = starts[
        (starts["chrom"] == variant.chrom) & starts["start"].between(first, first + width, inclusive="left")
    ]
    rows: Sequence[tuple[str, str, int]] = list(
        dict.fromkeys(
            zip(near["gene_name"].tolist(), near["strand"].tolist(), near["start"].tolist(), strict=True)
        )
    )
    return [{"name": name, "strand": strand, "start": start} for name, strand, start in sorted(rows)]


def _what(table: ScoreTable, track: dict[str, Any], gene: str, rows: ScoredRows, row: int) -> str:
    """Return in words what the letters contribute to."""
    (scorer,) = (item for item in table.scorers if item["name"] == table.rank_scorer)
    name = f"{track['assay']} · {track['track_name']}" if track["assay"] else track["track_name"]
    if len(track["ref"]) == 1:
        return f"predicted {name}"
    mask = {"all": "all bins", "exons": "exons", "tss": "starts", "span": "the whole"}.get(
        scorer["mask"], f"{scorer['mask']} bp around the variant"
    )
    if gene:
        mask += f" of {rows.facts['gene_name'][row]}"
    return f"predicted {name}, summed over {mask}"


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
