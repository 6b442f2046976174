"""How large a dataset will be, from a few chunks made and packed as the build will make and pack them."""

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numcodecs.zstd import Zstd

from senformer.core.errors import StorageError
from senformer.dataset import layout
from senformer.dataset.array_specs import targets_spec
from senformer.dataset.arrays import LEVELS, ZSTD_LEVEL
from senformer.dataset.manifest import read_json
from senformer.dataset.plan import BuildPlan, tile_plan
from senformer.dataset.pool import in_processes
from senformer.dataset.shard import Piece, all_pieces, open_genome, shard_record, unknown_bases
from senformer.dataset.targets import make_targets

# Values of the sample: enough for the ratio, some seconds of reading. With thousands of tracks few chunks
# hold as many; they are still taken from several places.
_SAMPLE_VALUES, _FEWEST, _MOST = 1 << 22, 6, 12
_CHUNK_OVERHEAD = 4 + 16  # CRC32C, and the place of the chunk in its shard
_WINDOW_BYTES, _FILE_BYTES = 12, 4096

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Estimate:
    """Bytes on disk.

    Attributes
    ----------
    genome, tracks, bins
        The three stores.
    records
        Records of the pieces, manifest, statistics and windows.
    """

    genome: int
    tracks: int
    bins: int
    records: int

    @property
    def total(self) -> int:
        """Return the sum."""
        return self.genome + self.tracks + self.bins + self.records

    def to_dict(self) -> dict[str, int]:
        """Return all of them as plain values."""
        return {**asdict(self), "total": self.total}


def estimate_size(plan: BuildPlan, workers: int = 1) -> Estimate:
    """Estimate the size of the dataset from chunks spread evenly over the genome; the same for the same plan.

    Raises
    ------
    DataError
        A sampled chunk holds what the build refuses.
    """
    n_bases, bin_bp = sum(plan.chrom_sizes.values()), plan.config.bin_bp
    n_bins = sum(size // bin_bp for size in plan.chrom_sizes.values())
    n_pieces = len(all_pieces(plan))
    jobs = {f"{name}:{lo}": partial(_measure, plan, name, lo, hi) for name, lo, hi in _sample(plan)}
    parts = [part for _, part in in_processes(jobs, workers, "dataset estimate")]
    sampled = sum(part.n_bins for part in parts)
    sizes = [plan.n_bases(name) for name in plan.arrays]
    genome_chunks = sum(-(-size // layout.sequence_grid(size).chunk) for size in sizes)
    n_files = n_pieces + 8 * len(plan.arrays)
    return Estimate(
        round(sum(part.genome for part in parts) * n_bases / (sampled * bin_bp))
        + genome_chunks * _CHUNK_OVERHEAD,
        round(sum(part.tracks for part in parts) * n_bins / sampled),
        round(sum(part.bins for part in parts) * n_bins / sampled) + n_pieces * _CHUNK_OVERHEAD,
        n_pieces * max(part.record for part in parts)
        + n_files * 512
        + len(tile_plan(plan)) * _WINDOW_BYTES
        + 2 * _FILE_BYTES,
    )


class _Part(NamedTuple):
    """Packed bytes of a chunk of the targets and what belongs to it, and those of its record."""

    n_bins: int
    genome: int
    tracks: int
    bins: int
    record: int


def _measure(plan: BuildPlan, array: str, lo: int, hi: int) -> _Part:
    spans, bin_bp = plan.spans(array, lo, hi), plan.config.bin_bp
    fasta = open_genome(plan.genome)
    codes = np.concatenate([fasta.fetch(chrom, lo * bin_bp, hi * bin_bp) for chrom, lo, hi in spans])
    n_measured = np.full(hi - lo, len(plan.tracks))
    tracks = record = 0
    if plan.is_measured:
        targets, tally = make_targets(plan, spans)
        sums = {name: part.to_dict() for name, part in tally.sums.items()}
        record = len(json.dumps({"sums": sums, "signal": tally.counts.to_dict()}, indent=2))
        tracks, n_measured = _packed(targets), tally.n_measured
    facts = np.stack([unknown_bases(plan, spans), n_measured], axis=1).astype(np.int32)
    return _Part(hi - lo, _packed(codes) - _CHUNK_OVERHEAD, tracks, _packed(facts) - _CHUNK_OVERHEAD, record)


def _sample(plan: BuildPlan) -> Iterator[tuple[str, int, int]]:
    """Yield some chunks of the targets, evenly spaced, as array and bins."""
    starts, rows = [], {}
    for name in plan.arrays:
        spec = targets_spec(plan, name)
        n_bins, chunk = spec.shape[0], spec.grid.chunk
        rows[name] = (chunk, n_bins)
        starts += [(name, lo) for lo in range(0, n_bins, chunk)]
    largest = max(chunk for chunk, _ in rows.values())
    n = min(len(starts), max(_FEWEST, min(_MOST, _SAMPLE_VALUES // (largest * max(plan.n_stored, 1)))))
    for place in range(n):
        name, lo = starts[(2 * place + 1) * len(starts) // (2 * n)]
        chunk, n_bins = rows[name]
        yield name, lo, min(lo + chunk, n_bins)


def _packed(values: np.ndarray) -> int:
    level = LEVELS.get(values.dtype.name, ZSTD_LEVEL)
    return len(Zstd(level=level).encode(np.ascontiguousarray(values))) + _CHUNK_OVERHEAD


def refuse_small_disk(plan: BuildPlan, out: Path, missing: list[Piece], workers: int = 1) -> dict[str, int]:
    """Say how large the dataset will be, and stop where the disk cannot hold what is still to be written.

    Returns
    -------
    ``total`` and its parts, and what of it is there already (``done``), in bytes.

    Raises
    ------
    StorageError
        Names the bytes that are needed and free.
    """
    size, free = estimate_size(plan, workers), shutil.disk_usage(out).free
    done = _done_bytes(plan, out, set(missing))
    needed = max(0, size.total - done)
    log.info(
        "the dataset will take about %s bytes, %s of them are there; %s are free",
        f"{size.total:,}",
        f"{done:,}",
        f"{free:,}",
    )
    if free < needed:
        raise StorageError(
            "E801",
            str(out),
            f"the disk has {free} bytes free, the dataset needs about {needed} more",
            "Free some space or choose another --out.",
        )
    return {**size.to_dict(), "done": done}


def _done_bytes(plan: BuildPlan, out: Path, missing: set[Piece]) -> int:
    """Return the bytes of the pieces that a build before has finished."""
    records = [shard_record(out, piece.name) for piece in all_pieces(plan) if piece not in missing]
    files: list[dict[str, Any]] = [entry for path in records for entry in read_json(path)["files"]]
    return sum(entry["bytes"] for entry in files) + sum(path.stat().st_size for path in records)
