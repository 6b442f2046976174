"""The pieces that a build is cut into: what each writes, and the record that closes it.

A chromosome is one piece for its bases, and one for each shard of its targets, so that long chromosomes are
built by several processes and a kill loses little. No two pieces write into one file.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Integer, UInt8

from senformer.core.commit import write_json
from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.arrays import ArraySpec, declare_array, write_rows
from senformer.dataset.manifest import describe_files
from senformer.dataset.plan import BuildPlan
from senformer.dataset.targets import make_targets
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.files import Identity, identity

_FETCH_BP = 1 << 24


@dataclass(frozen=True)
class Piece:
    """Part of a chromosome: bins ``lo`` to ``hi`` of its targets, or its bases where ``hi`` is None."""

    chrom: str
    lo: int = 0
    hi: int | None = None

    @property
    def name(self) -> str:
        """Name of its record, unique in the dataset."""
        part = "bases" if self.hi is None else f"bins-{self.lo}-{self.hi}"
        return f"{layout.shard_name(self.chrom)}/{part}"


def shard_folders(root: Path, chrom: str) -> list[Path]:
    """Return the three arrays of a chromosome."""
    name = layout.shard_name(chrom)
    return [root / kind / name for kind in (layout.GENOME, layout.TRACKS, layout.BINS)]


def shard_record(root: Path, name: str) -> Path:
    """Return the file that says that a piece is done, and what is in it."""
    return root / layout.SHARDS / f"{name}.json"


def pieces_of(plan: BuildPlan, chrom: str) -> list[Piece]:
    """Return all pieces of a chromosome, its bases first."""
    n_bins, step = plan.chrom_sizes[chrom] // plan.config.bin_bp, _targets_spec(plan, chrom).grid.shard
    return [Piece(chrom), *(Piece(chrom, lo, min(lo + step, n_bins)) for lo in range(0, n_bins, step))]


def all_pieces(plan: BuildPlan) -> list[Piece]:
    """Return all pieces of a build, in the order in which they are begun."""
    return [piece for chrom in plan.chrom_sizes for piece in pieces_of(plan, chrom)]


def declare_arrays(plan: BuildPlan, root: Path, chrom: str) -> None:
    """Write the arrays of a chromosome, still without content."""
    specs = (_codes_spec(plan, chrom), _targets_spec(plan, chrom), _facts_spec(plan, chrom))
    for path, spec in zip(shard_folders(root, chrom), specs, strict=True):
        declare_array(path, spec)


def build_piece(plan: BuildPlan, root: Path, piece: Piece) -> None:
    """Write the shards of one piece into arrays that are declared and, last, its record.

    Raises
    ------
    DataError
        The signal holds what the configuration refuses, or a value that the stored type cannot hold.
    """
    files, facts = (_build_bases if piece.hi is None else _build_bins)(plan, root, piece)
    record = {"chrom": piece.chrom, **facts, "files": describe_files(root, files)}
    write_json(shard_record(root, piece.name), record)


def _build_bases(plan: BuildPlan, root: Path, piece: Piece) -> tuple[list[Path], dict[str, Any]]:
    size, fasta = plan.chrom_sizes[piece.chrom], open_genome(plan.genome)
    fasta.iupac_counts.clear()  # of the pieces before
    path = shard_folders(root, piece.chrom)[0]
    files = write_rows(
        path, 0, _bases(fasta, piece.chrom, 0, size, _codes_spec(plan, piece.chrom).grid.shard)
    )
    return files, {"n_bases": size, "iupac_bases": dict(sorted(fasta.iupac_counts.items()))}


def open_genome(path: Path) -> FastaReader:
    """Return the open genome, kept for the next piece: to prove its index takes a look at the whole file."""
    return _kept_genome(path, identity(path))


@functools.lru_cache(maxsize=1)
def _kept_genome(path: Path, stamp: Identity | None) -> FastaReader:
    return open_fasta(path)


def _bases(
    fasta: FastaReader, chrom: str, start: int, end: int, step: int
) -> Iterator[UInt8[np.ndarray, " base"]]:
    for lo in range(start, end, step):
        yield fasta.fetch(chrom, lo, min(lo + step, end))


def _build_bins(plan: BuildPlan, root: Path, piece: Piece) -> tuple[list[Path], dict[str, Any]]:
    lo, hi = piece.lo, int(piece.hi or 0)
    _, tracks_path, bins_path = shard_folders(root, piece.chrom)
    targets, tally = make_targets(plan, piece.chrom, lo, hi)
    files = write_rows(tracks_path, lo, iter([targets]))
    del targets
    facts = np.stack([unknown_bases(plan, piece.chrom, lo, hi), tally.n_measured], axis=1).astype(np.int32)
    files += write_rows(bins_path, lo, iter([facts]))
    return files, {
        "n_bins": hi - lo,
        "first_bin": lo,
        "signal": tally.counts.to_dict(),
        "missing_tracks": tally.missing,
        "sums": {name: sums.to_dict() for name, sums in tally.sums.items()},
    }


def unknown_bases(plan: BuildPlan, chrom: str, lo: int, hi: int) -> Integer[np.ndarray, " bin"]:
    """Return the unknown bases of every bin from ``lo`` to ``hi``."""
    bin_bp = plan.config.bin_bp
    step = max(1, _FETCH_BP // bin_bp) * bin_bp
    found = [
        (codes == N_CODE).reshape(-1, bin_bp).sum(axis=1)
        for codes in _bases(open_genome(plan.genome), chrom, lo * bin_bp, hi * bin_bp, step)
    ]
    return np.concatenate(found)


def _codes_spec(plan: BuildPlan, chrom: str) -> ArraySpec:
    size = plan.chrom_sizes[chrom]
    return ArraySpec(
        shape=(size,),
        dtype="uint8",
        grid=layout.sequence_grid(size),
        axes=("base",),
        fill=N_CODE,
        meaning={"meaning": "bases of the chromosome", "codes": "A 0, C 1, G 2, T 3, N 4"},
    )


def _targets_spec(plan: BuildPlan, chrom: str) -> ArraySpec:
    config, n_bins = plan.config, plan.chrom_sizes[chrom] // plan.config.bin_bp
    itemsize = np.dtype(config.dtype).itemsize
    return ArraySpec(
        shape=(n_bins, len(plan.tracks)),
        dtype=config.dtype,
        grid=layout.target_grid(n_bins, len(plan.tracks), itemsize, config.bin_bp),
        axes=("bin", "track"),
        fill=float("nan"),
        meaning={
            "meaning": "pooled and scaled signal; NaN is masked",
            "bin_bp": config.bin_bp,
            "tracks": [track.name for track in plan.tracks],
        },
    )


def _facts_spec(plan: BuildPlan, chrom: str) -> ArraySpec:
    """Cut as the targets are, for a piece writes both."""
    n_bins, grid = plan.chrom_sizes[chrom] // plan.config.bin_bp, _targets_spec(plan, chrom).grid
    return ArraySpec(
        shape=(n_bins, len(layout.BIN_FIELDS)),
        dtype="int32",
        grid=layout.Grid(grid.shard, grid.shard),
        axes=("bin", "field"),
        fill=-1,
        meaning={"meaning": "counts per bin", "fields": list(layout.BIN_FIELDS)},
    )
