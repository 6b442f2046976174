"""Names, versions and declared schemas of everything inside a dataset folder.

The reader and the builder both take names from here; ``docs/explain/dataset-store.md`` explains them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from senformer.core.schema import Column, TableSchema

FORMAT = 1
PACKED_FORMAT = 2  # has packs
UNMEASURED_FORMAT = 3  # has no targets, and may have packs
FORMATS = (FORMAT, PACKED_FORMAT, UNMEASURED_FORMAT)
KIND = "genome"
COLLECTION = "collection"

HEADER = "dataset.json"
MANIFEST = "manifest.json"
DONE = "DONE.json"
STATISTICS = "statistics.json"
WINDOWS = "windows.parquet"
TRACK_TABLE = "tracks.tsv"
LOCK = ".lock"
SHARDS = "shards"
GENOME = "genome.zarr"
TRACKS = "tracks.zarr"
BINS = "bins.zarr"

BIN_FIELDS = ("n_unknown_bases", "n_measured_tracks")

WINDOW_SCHEMA = TableSchema(
    "windows",
    (
        Column("chrom", "string", "", "chromosome, as the FASTA file names it"),
        Column("start", "int64", "bp", "first base of the model's input, 0-based, a multiple of bin_bp"),
        Column("end", "int64", "bp", "end of the model's input, exclusive"),
        Column("split", "string", "", "train, valid or test"),
        Column("fold", "string", "", "fold of the region, where the split has folds", nullable=True),
        Column("center", "int64", "bp", "base that the window was put around, 0-based", nullable=True),
        Column("strand", "string", "", "strand of what stands there: + or -", nullable=True),
        Column("name", "string", "", "name of what stands there", nullable=True),
        Column(
            "label",
            "int64",
            "",
            "1 around a peak or with a positive, 0 for a negative or without",
            nullable=True,
        ),
    ),
)


def read_windows(root: Path) -> pd.DataFrame:
    """Return the window table of a dataset; what a version did not write is null."""
    frame = WINDOW_SCHEMA.read(root / WINDOWS)
    for name in ("fold", "strand", "name"):
        texts = [None if pd.isna(text) else text for text in frame[name]]
        frame[name] = pd.Series(texts, index=frame.index, dtype=object)
    return frame.astype({"center": "Int64", "label": "Int64"})


_SHORT_BASES = 1 << 18
_MANY_CONTIGS = 1000
_CHUNK_BYTES = 1 << 17
_CHUNK_BASES = 1 << 16
_SHARD_BYTES = 1 << 27
_SHARD_BASES = 1 << 24
_SHARD_BINNED_BASES = 1 << 22  # small enough to give several processes something to do


@dataclass(frozen=True)
class Grid:
    """How one array is cut along its first axis: chunks inside shards, both in elements of that axis."""

    chunk: int
    shard: int


def shard_name(chrom: str) -> str:
    """Return the file name of a chromosome: itself, with unsafe characters percent-encoded.

    Examples
    --------
    >>> shard_name("chrI"), shard_name("HLA*01/2"), shard_name(".x")
    ('chrI', 'HLA%2A01%2F2', '%2Ex')
    """
    name = quote(chrom, safe="")
    return "%2E" + name[1:] if name.startswith(".") else name


def sequence_grid(n_bases: int) -> Grid:
    """Return the cut of a chromosome's codes: chunks of 64 kb in shards of 16 Mb."""
    return _grid(n_bases, _CHUNK_BASES, _SHARD_BASES)


def target_grid(n_bins: int, n_tracks: int, itemsize: int, bin_bp: int) -> Grid:
    """Return the cut of a chromosome's targets: chunks near 128 kB, shards that fit memory while built."""
    row = max(n_tracks, 1) * itemsize
    chunk = min(max(1 << (max(_CHUNK_BYTES // row, 1).bit_length() - 1), 128), 4096)
    return _grid(n_bins, chunk, min(_SHARD_BYTES // row, _SHARD_BINNED_BASES // bin_bp))


def pack_contigs(
    chrom_sizes: Mapping[str, int], n_tracks: int, itemsize: int, bin_bp: int
) -> dict[str, list[str]]:
    """Return which contigs share an array: those below 262,144 bp, where there are 1,000 of them or more.

    They are packed in genome order, each pack as full as one shard of its bases and of its targets may be.

    Returns
    -------
    The contigs of every pack by its name, which is no contig's; empty where few contigs are short.
    """
    endless = 1 << 62
    most_bases = sequence_grid(endless).shard
    most_bins = target_grid(endless, n_tracks, itemsize, bin_bp).shard
    short = [
        (chrom, size)
        for chrom, size in chrom_sizes.items()
        if size < min(_SHORT_BASES, most_bases) and size // bin_bp <= most_bins
    ]
    if len(short) < _MANY_CONTIGS:
        return {}
    packs: list[list[str]] = []
    n_bases = n_bins = endless
    for chrom, size in short:
        n_bases, n_bins = n_bases + size, n_bins + size // bin_bp
        if n_bases > most_bases or n_bins > most_bins:
            packs.append([])
            n_bases, n_bins = size, size // bin_bp
        packs[-1].append(chrom)
    stem = "pack"
    while any(chrom.startswith(stem) for chrom in chrom_sizes):
        stem += "_"
    return {f"{stem}{number}": contigs for number, contigs in enumerate(packs)}


def _grid(size: int, chunk: int, shard: int) -> Grid:
    chunk = max(1, min(chunk, size))
    n_chunks = max(1, min(shard // chunk, -(-size // chunk)))
    return Grid(chunk, chunk * n_chunks)


def decoded_bytes(chrom_sizes: Mapping[str, int], bin_bp: int, n_tracks: int, dtype: str) -> int:
    """Return the memory that all arrays of a dataset take when they are decoded.

    Examples
    --------
    >>> decoded_bytes({"chrI": 1000, "chrII": 130}, bin_bp=100, n_tracks=3, dtype="float16")
    1284
    """
    n_bins = sum(size // bin_bp for size in chrom_sizes.values())
    row = n_tracks * (2 if dtype == "float16" else 4) + 4 * len(BIN_FIELDS)
    return sum(chrom_sizes.values()) + n_bins * row
