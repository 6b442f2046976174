"""The pieces that a build is cut into: what each writes, and the record that closes it.

A chromosome is one piece for its bases, and one for each shard of its targets, so that long chromosomes are
built by several processes and a kill loses little. A pack of short contigs is two pieces. No two pieces write
into one file.
"""

import copy
import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Integer, UInt8

from senformer.core.commit import write_json
from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.array_specs import codes_spec, facts_spec, targets_spec
from senformer.dataset.arrays import declare_array, write_rows
from senformer.dataset.manifest import describe_files
from senformer.dataset.plan import BuildPlan
from senformer.dataset.targets import make_targets
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.files import Identity, identity

_FETCH_BP = 1 << 24


@dataclass(frozen=True)
class Piece:
    """Part of an array: bins ``lo`` to ``hi`` of its targets, or its bases where ``hi`` is None.

    An array is named by its chromosome, or is a pack of contigs (``BuildPlan.packs``), which are one piece.
    """

    array: str
    lo: int = 0
    hi: int | None = None

    @property
    def name(self) -> str:
        """Name of its record, unique in the dataset."""
        part = "bases" if self.hi is None else f"bins-{self.lo}-{self.hi}"
        return f"{layout.shard_name(self.array)}/{part}"


def shard_folders(root: Path, array: str) -> list[Path]:
    """Return the folders of one array in the three stores."""
    name = layout.shard_name(array)
    return [root / kind / name for kind in (layout.GENOME, layout.TRACKS, layout.BINS)]


def shard_record(root: Path, name: str) -> Path:
    """Return the file that says that a piece is done, and what is in it."""
    return root / layout.SHARDS / f"{name}.json"


def pieces_of(plan: BuildPlan, array: str) -> list[Piece]:
    """Return all pieces of an array, its bases first."""
    n_bins, step = plan.n_bins(array), targets_spec(plan, array).grid.shard
    return [Piece(array), *(Piece(array, lo, min(lo + step, n_bins)) for lo in range(0, n_bins, step))]


def all_pieces(plan: BuildPlan) -> list[Piece]:
    """Return all pieces of a build, in the order in which they are begun."""
    return [piece for array in plan.arrays for piece in pieces_of(plan, array)]


def declare_arrays(plan: BuildPlan, root: Path, array: str) -> None:
    """Write the arrays of a chromosome or a pack, still without content."""
    specs = (codes_spec(plan, array), targets_spec(plan, array), facts_spec(plan, array))
    for path, spec in zip(shard_folders(root, array), specs, strict=True):
        if 0 not in spec.shape[1:]:
            declare_array(path, spec)


def build_piece(plan: BuildPlan, root: Path, piece: Piece) -> None:
    """Write the shards of one piece into arrays that are declared and, last, its record.

    Raises
    ------
    DataError
        The signal holds what the configuration refuses, or a value that the stored type cannot hold.
    """
    files, facts = (_build_bases if piece.hi is None else _build_bins)(plan, root, piece)
    key = "array" if piece.array in plan.packs else "chrom"
    record = {key: piece.array, **facts, "files": describe_files(root, files)}
    write_json(shard_record(root, piece.name), record)


def _build_bases(plan: BuildPlan, root: Path, piece: Piece) -> tuple[list[Path], dict[str, Any]]:
    contigs, fasta = plan.arrays[piece.array], copy.copy(open_genome(plan.genome))
    fasta.iupac_counts = Counter()  # of this piece alone, whatever other threads read
    path, step = shard_folders(root, piece.array)[0], codes_spec(plan, piece.array).grid.shard
    blocks = (
        block for contig in contigs for block in _bases(fasta, contig, 0, plan.chrom_sizes[contig], step)
    )
    # A pack is one shard, and its contigs are far shorter.
    files = write_rows(path, 0, iter([np.concatenate([*blocks])]) if len(contigs) > 1 else blocks)
    iupac = dict(sorted(fasta.iupac_counts.items()))
    return files, {"n_bases": plan.n_bases(piece.array), "iupac_bases": iupac}


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
    _, tracks_path, bins_path = shard_folders(root, piece.array)
    spans = plan.spans(piece.array, lo, hi)
    unknown, place = unknown_bases(plan, spans), {"n_bins": hi - lo, "first_bin": lo}
    if not plan.is_measured:
        facts = np.stack([unknown, np.full_like(unknown, len(plan.tracks))], axis=1)
        return write_rows(bins_path, lo, iter([facts.astype(np.int32)])), place
    targets, tally = make_targets(plan, spans)
    files = write_rows(tracks_path, lo, iter([targets]))
    del targets
    facts = np.stack([unknown, tally.n_measured], axis=1).astype(np.int32)
    files += write_rows(bins_path, lo, iter([facts]))
    return files, {
        **place,
        "signal": tally.counts.to_dict(),
        "missing_tracks": tally.missing,
        "sums": {name: sums.to_dict() for name, sums in tally.sums.items()},
    }


def unknown_bases(plan: BuildPlan, spans: Sequence[tuple[str, int, int]]) -> Integer[np.ndarray, " bin"]:
    """Return the unknown bases of every bin of stretches (chromosome, first bin, end)."""
    bin_bp, fasta = plan.config.bin_bp, open_genome(plan.genome)
    step = max(1, _FETCH_BP // bin_bp) * bin_bp
    found = [
        (codes == N_CODE).reshape(-1, bin_bp).sum(axis=1)
        for chrom, lo, hi in spans
        for codes in _bases(fasta, chrom, lo * bin_bp, hi * bin_bp, step)
    ]
    return np.concatenate(found)
