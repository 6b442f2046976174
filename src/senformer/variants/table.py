"""The score table: one row a variant and track, declared once.

Rows of one variant stand together, tracks in the model's order. Parts of this table are what a shard of
:mod:`senformer.variants.score` leaves.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from senformer.core.schema import Column, TableSchema
from senformer.variants.effects import VariantScores
from senformer.variants.scorers import SCORERS, Scorer

_COLUMNS = (
    Column("variant_id", "string", "", "ID of the VCF record; the key where the file gives none"),
    Column("key", "string", "", "chrom:position:REF>ALT"),
    Column("chrom", "string", "", "chromosome, as the genome names it"),
    Column("position", "int64", "1-based", "position of the changed base"),
    Column("ref", "string", "", "reference allele"),
    Column("alt", "string", "", "alternate allele"),
    Column("head", "string", "", "head of the model"),
    Column("track_index", "int32", "0-based", "column of the track in the head"),
    Column("track_name", "string", "", "name of the track"),
    Column("assay", "string", "", "assay of the track"),
    Column("strand", "string", "", "strand of the track: +, - or ."),
    Column("padded_bp", "int32", "bp", "positions of the window beyond the chromosome, read as N"),
)


def score_schema(scorers: Sequence[Scorer]) -> TableSchema:
    """Return the declared columns of a score table: one further column a scorer."""
    scored = tuple(Column(scorer.name, "float", scorer.unit, scorer.formula) for scorer in scorers)
    return TableSchema("score", _COLUMNS + scored)


SCORES = score_schema((SCORERS["SAD"], SCORERS["SAR"]))
"""The table that ``score`` writes unless other scorers are asked for."""


def track_frame(tracks: Sequence[dict[str, Any]], n_tracks: int) -> pd.DataFrame:
    """Return index, name, assay and strand of a head's tracks.

    Parameters
    ----------
    tracks
        Records of the model's card; may be empty, the tracks are then called ``track_0``...
    n_tracks
        Width of the head.
    """
    records = tracks or [{"name": f"track_{index}"} for index in range(n_tracks)]
    return pd.DataFrame(
        {
            "track_index": np.arange(n_tracks, dtype=np.int32),
            "track_name": [str(record["name"]) for record in records],
            "assay": [str(record.get("assay") or "") for record in records],
            "strand": [str(record.get("strand") or ".") for record in records],
        }
    )


def score_frame(
    scored: Sequence[VariantScores], head: str, tracks: pd.DataFrame, scorers: Sequence[Scorer]
) -> pd.DataFrame:
    """Return the rows of ``scored``, every variant on every track."""
    n_tracks = len(tracks)
    variants = [item.variant for item in scored]
    per_variant: dict[str, list] = {
        "variant_id": [variant.id or variant.key for variant in variants],
        "key": [variant.key for variant in variants],
        "chrom": [variant.chrom for variant in variants],
        "position": [variant.position for variant in variants],
        "ref": [variant.ref for variant in variants],
        "alt": [variant.alt for variant in variants],
        "padded_bp": [item.padded_bp for item in scored],
    }
    columns: dict[str, Any] = {
        name: np.repeat(np.array(values, dtype=object if isinstance(values[0], str) else None), n_tracks)
        for name, values in per_variant.items()
    }
    columns["head"] = np.full(len(scored) * n_tracks, head, dtype=object)
    for name in tracks.columns:
        columns[name] = np.tile(tracks[name].to_numpy(), len(scored))
    for row, scorer in enumerate(scorers):
        columns[scorer.name] = np.concatenate([item.values[row] for item in scored]).astype(np.float32)
    return pd.DataFrame(columns)[score_schema(scorers).names]
