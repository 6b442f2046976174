"""The score table: one row a variant and track, declared once.

Rows of one variant stand together, tracks in the model's order. Parts of this table are what a shard of
:mod:`senformer.variants.score` leaves.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from senformer.core.schema import Column, TableSchema
from senformer.genome.variant import Origin, Variant
from senformer.variants.masks import is_by_gene
from senformer.variants.measure import VariantScores
from senformer.variants.scorers import SCORERS, Scorer

_COLUMNS = (
    Column("variant_id", "string", "", "ID of the VCF record; the key where the file gives none"),
    Column("key", "string", "", "chrom:position:REF>ALT in normal form"),
    Column("chrom", "string", "", "chromosome, as the genome names it"),
    Column("position", "int64", "1-based", "position of the first base of REF, in normal form"),
    Column("ref", "string", "", "reference allele, in normal form"),
    Column("alt", "string", "", "alternate allele, in normal form"),
    Column("file_line", "int64", "", "line of the file, from 1; row of a frame, from 0; -1: none"),
    Column("file_allele", "int32", "", "which ALT allele of the record, from 1"),
    Column("file_position", "int64", "1-based", "POS as the file gives it"),
    Column("file_ref", "string", "", "REF as the file gives it"),
    Column("file_alt", "string", "", "ALT as the file gives it"),
    Column("is_swapped", "bool", "", "whether the genome has ALT, not REF"),
    Column("head", "string", "", "head of the model"),
    Column("track_index", "int32", "0-based", "column of the track in the head"),
    Column("track_name", "string", "", "name of the track"),
    Column("assay", "string", "", "assay of the track"),
    Column("strand", "string", "", "strand of the track: +, - or ."),
    Column("padded_bp", "int32", "bp", "positions of the window beyond the chromosome, read as N"),
    Column("offset_bp", "int32", "bp", "first changed base right of the window's center (left: negative)"),
    Column("in_training", "bool", "", "whether the window overlaps with what a model was trained on", True),
    Column(
        "indels", "string", "", "how an insertion or deletion was scored: shift, align or words; else none"
    ),
)


_GENE_COLUMNS = (
    Column("gene_id", "string", "", "gene whose bins were read; empty where it is not about one gene"),
    Column("gene_name", "string", "", "name of the gene; the ID where the file gives none"),
    Column("gene_strand", "string", "", "strand of the gene: + or -"),
    Column(
        "tss_distance", "int32", "bp", "from the gene's start to the change, negative upstream", nullable=True
    ),
)


TRACK_COLUMNS = ("track_index", "track_name", "assay", "strand")
FACTS = {column.name: pa.type_for_alias(column.dtype) for column in _COLUMNS + _GENE_COLUMNS}
"""Columns that are no scores, those of genes too, and the types of their values."""


SPREAD, PERCENTILE = "sd", "percentile"
# What may stand beside every score, as the end of its column's name: meaning, and unit if not its own.
BESIDE: dict[str, tuple[str, str | None]] = {
    SPREAD: ("standard deviation of {} over members, n - 1 in the denominator", None),
    PERCENTILE: ("percentage of random variants of the same class whose {} is smaller in size", "%"),
}


def beside_name(name: str, what: str) -> str:
    """Return the column of what stands beside a score, a key of ``BESIDE``."""
    return f"{name}_{what}"


def score_schema(scorers: Sequence[Scorer], beside: Sequence[str] = ()) -> TableSchema:
    """Return the declared columns of a score table.

    Those of genes are there where a scorer reads them; then one a scorer, followed by those of ``beside``,
    keys of ``BESIDE``.
    """
    by_gene = any(is_by_gene(scorer.mask) for scorer in scorers)
    scored: tuple[Column, ...] = ()
    for scorer in scorers:
        scored += (Column(scorer.name, "float", scorer.unit, scorer.formula),)
        for what in beside:
            meaning, unit = BESIDE[what]
            column = beside_name(scorer.name, what)
            scored += (Column(column, "float", unit or scorer.unit, meaning.format(scorer.name)),)
    return TableSchema("score", _COLUMNS + (_GENE_COLUMNS if by_gene else ()) + scored)


SCORES = score_schema((SCORERS["SAD"], SCORERS["SAR"]))
"""The table that ``score`` writes unless other scorers are asked for."""


def track_labels(tracks: pd.DataFrame) -> list[str]:
    """Return the names of tracks (:func:`track_frame`); the index is added to one that comes twice."""
    names = tracks["track_name"]
    marked = names + "#" + tracks["track_index"].astype(str)
    return names.where(~names.duplicated(keep=False), marked).tolist()


def rank_name(names: Sequence[str]) -> str:
    """Return the score whose absolute values rank variants: SAR, or the first where it is not there."""
    return "SAR" if "SAR" in names else names[0]


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


def score_table(
    scored: Sequence[VariantScores],
    head: str,
    tracks: pd.DataFrame,
    scorers: Sequence[Scorer],
    indels: str = "none",
) -> pa.Table:
    """Return the rows of ``scored``, each on every track; ``indels`` tells how those were scored.

    Text is dictionary-encoded (:func:`encoded`): few different values stand on very many rows.
    """
    n_tracks = len(tracks)
    variants = [item.variant for item in scored]
    origins = [_origin(variant) for variant in variants]
    by_variant = pa.array(np.repeat(np.arange(len(scored), dtype=np.int32), n_tracks))
    by_track = pa.array(np.tile(np.arange(n_tracks, dtype=np.int32), len(scored)))
    per_variant: dict[str, Any] = {
        "variant_id": [variant.id or variant.key for variant in variants],
        "key": [variant.key for variant in variants],
        "chrom": [variant.chrom for variant in variants],
        "position": [variant.position for variant in variants],
        "ref": [variant.ref for variant in variants],
        "alt": [variant.alt for variant in variants],
        "file_line": [origin.line for origin in origins],
        "file_allele": [origin.allele for origin in origins],
        "file_position": [origin.position for origin in origins],
        "file_ref": [origin.ref for origin in origins],
        "file_alt": [origin.alt for origin in origins],
        "is_swapped": [variant.is_swapped for variant in variants],
        "head": [head] * len(scored),
        "padded_bp": [item.padded_bp for item in scored],
        "offset_bp": [item.offset_bp for item in scored],
        "in_training": pa.array([item.in_training for item in scored], pa.bool_()),
        "indels": [indels if variant.change.gain_bp else "none" for variant in variants],
    }
    beside = [what for what in BESIDE if scored[0].beside(what) is not None]
    schema = encoded(score_schema(scorers, beside).arrow())
    if "gene_id" in schema.names:
        genes = [item.gene for item in scored]
        per_variant |= {
            "gene_id": [gene.id if gene else "" for gene in genes],
            "gene_name": [gene.name if gene else "" for gene in genes],
            "gene_strand": [gene.strand if gene else "" for gene in genes],
            "tss_distance": [item.gene.distance(item.variant) if item.gene else None for item in scored],
        }
    columns: dict[str, Any] = {name: _spread(values, by_variant) for name, values in per_variant.items()}
    columns |= {name: _spread(tracks[name].tolist(), by_track) for name in tracks.columns}
    for row, scorer in enumerate(scorers):
        columns[scorer.name] = _joined(item.values[row] for item in scored)
        for what in beside:
            found = (item.beside(what) for item in scored)
            columns[beside_name(scorer.name, what)] = _joined(
                values[row] for values in found if values is not None
            )
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _origin(variant: Variant) -> Origin:
    """Return where a variant comes from; one that comes from no file is its own."""
    return variant.origin or Origin(-1, 1, variant.position, variant.ref, variant.alt)


def _joined(values: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate(list(values)).astype(np.float32)


def _spread(values: Any, rows: pa.Array) -> pa.Array:
    array = pa.array(values)
    return (array.dictionary_encode() if pa.types.is_string(array.type) else array).take(rows)


def encoded(schema: pa.Schema) -> pa.Schema:
    """Return a schema whose text columns are dictionary-encoded in memory."""
    kind = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([field.with_type(kind) if pa.types.is_string(field.type) else field for field in schema])
