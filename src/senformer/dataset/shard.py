"""One chromosome of a dataset, from FASTA and tracks to arrays on disk; the unit of work of a build."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer, UInt8

from senformer.core.commit import write_json
from senformer.core.errors import DataError
from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.arrays import write_array
from senformer.dataset.config import SPLITS
from senformer.dataset.manifest import describe_files
from senformer.dataset.plan import BuildPlan
from senformer.dataset.statistics import TrackSums
from senformer.dataset.windows import excluded_bins
from senformer.genome.chromosomes import resolve_chromosome
from senformer.genome.fasta import open_fasta
from senformer.tracks import open_track
from senformer.tracks.binning import bin_signal
from senformer.tracks.reader import TrackReader
from senformer.tracks.scaling import Scaling
from senformer.tracks.signal import read_signal
from senformer.tracks.table import Track

_FETCH_BP = 1 << 24
_OPEN_READERS = 256


def shard_folders(root: Path, chrom: str) -> list[Path]:
    """Return the three arrays of a chromosome."""
    name = layout.shard_name(chrom)
    return [root / kind / name for kind in (layout.GENOME, layout.TRACKS, layout.BINS)]


def shard_record(root: Path, chrom: str) -> Path:
    """Return the file that says that a chromosome is done, and what is in it."""
    return root / layout.SHARDS / f"{layout.shard_name(chrom)}.json"


@dataclass
class Tally:
    """What is counted while a chromosome's targets are made.

    Attributes
    ----------
    sums
        Per split and ``all``.
    n_measured
        Tracks with a value, per bin.
    nan_bases
        NaN bases in the signal, per track; a chromosome that a file does not list counts none.
    missing
        Index of every track whose file does not list the chromosome.
    """

    sums: dict[str, TrackSums]
    n_measured: Integer[np.ndarray, " bin"]
    nan_bases: list[int]
    missing: list[int] = field(default_factory=list)


def build_shard(plan: BuildPlan, root: Path, chrom: str) -> None:
    """Write the arrays of one chromosome and, last, its record.

    Raises
    ------
    DataError
        The signal holds what the configuration refuses, or a value that the stored type cannot hold.
    """
    size, bin_bp = plan.chrom_sizes[chrom], plan.config.bin_bp
    n_bins, n_tracks = size // bin_bp, len(plan.tracks)
    genome_path, tracks_path, bins_path = shard_folders(root, chrom)
    fasta = open_fasta(plan.genome)
    codes = np.concatenate(
        [fasta.fetch(chrom, lo, min(lo + _FETCH_BP, size)) for lo in range(0, size, _FETCH_BP)]
    )
    _write_codes(genome_path, codes)
    tally = Tally(
        {name: TrackSums.empty(n_tracks) for name in ("all", *SPLITS)},
        np.zeros(n_bins, dtype=np.int32),
        [0] * n_tracks,
    )
    _write_targets(tracks_path, plan, chrom, tally)
    n_unknown = (codes[: n_bins * bin_bp] == N_CODE).reshape(n_bins, bin_bp).sum(axis=1)
    _write_facts(bins_path, np.stack([n_unknown, tally.n_measured], axis=1).astype(np.int32))
    record = {
        "chrom": chrom,
        "n_bases": size,
        "n_bins": n_bins,
        "iupac_bases": dict(sorted(fasta.iupac_counts.items())),
        "nan_bases": tally.nan_bases,
        "missing_tracks": tally.missing,
        "sums": {name: sums.to_dict() for name, sums in tally.sums.items()},
        "files": describe_files(root, [genome_path, tracks_path, bins_path]),
    }
    write_json(shard_record(root, chrom), record)


def _write_codes(path: Path, codes: UInt8[np.ndarray, " base"]) -> None:
    grid = layout.sequence_grid(len(codes))
    write_array(
        path,
        (codes[lo : lo + grid.shard] for lo in range(0, len(codes), grid.shard)),
        shape=codes.shape,
        dtype="uint8",
        grid=grid,
        axes=("base",),
        fill=N_CODE,
        meaning={"meaning": "bases of the chromosome", "codes": "A 0, C 1, G 2, T 3, N 4"},
    )


def _write_targets(path: Path, plan: BuildPlan, chrom: str, tally: Tally) -> None:
    config, n_bins = plan.config, plan.chrom_sizes[chrom] // plan.config.bin_bp
    dtype = np.dtype(config.dtype)
    grid = layout.target_grid(n_bins, len(plan.tracks), dtype.itemsize, config.bin_bp)
    write_array(
        path,
        target_blocks(plan, chrom, grid.shard, tally),
        shape=(n_bins, len(plan.tracks)),
        dtype=config.dtype,
        grid=grid,
        axes=("bin", "track"),
        fill=float("nan"),
        meaning={
            "meaning": "pooled and scaled signal; NaN is masked",
            "bin_bp": config.bin_bp,
            "tracks": [track.name for track in plan.tracks],
        },
    )


def _write_facts(path: Path, facts: Integer[np.ndarray, "bin 2"]) -> None:
    write_array(
        path,
        iter([facts]),
        shape=facts.shape,
        dtype="int32",
        grid=layout.Grid(len(facts), len(facts)),
        axes=("bin", "field"),
        fill=-1,
        meaning={"meaning": "counts per bin", "fields": list(layout.BIN_FIELDS)},
    )


def target_blocks(
    plan: BuildPlan, chrom: str, block_bins: int, tally: Tally
) -> Iterator[Float[np.ndarray, "bin track"]]:
    """Yield the targets of a chromosome block by block, counting on the way."""
    bin_bp, n_bins = plan.config.bin_bp, len(tally.n_measured)
    masked = excluded_bins(plan.excluded, chrom, n_bins, bin_bp)
    member = split_bins(plan, chrom, n_bins)
    readers: dict[Path, TrackReader] = {}
    for lo in range(0, n_bins, block_bins):
        hi = min(lo + block_bins, n_bins)
        block = np.full((hi - lo, len(plan.tracks)), np.nan, dtype=np.float32)
        for column, track in enumerate(plan.tracks):
            reader = readers.get(track.path) or open_track(track.path)
            if len(readers) < _OPEN_READERS:
                readers[track.path] = reader
            if resolve_chromosome(chrom, reader.chrom_sizes) is None and track.missing_chroms == "nan":
                tally.missing += [track.index] if lo == 0 else []
                continue
            signal = read_signal(track, reader, chrom, lo * bin_bp, hi * bin_bp)
            where = f"track {track.name!r} ({track.path}) {chrom}"
            signal, n_nan = apply_nan_policy(signal, plan.config.nan, where, lo * bin_bp)
            tally.nan_bases[column] += n_nan
            block[:, column] = bin_track(track, signal, bin_bp, where)
        block[masked[lo:hi]] = np.nan
        stored = to_stored(block, plan, chrom, lo)
        tally.n_measured[lo:hi] = np.isfinite(block).sum(axis=1)
        for name, sums in tally.sums.items():
            tally.sums[name] = sums + TrackSums.of(block[member[name][lo:hi]])
        yield stored


def split_bins(plan: BuildPlan, chrom: str, n_bins: int) -> dict[str, Bool[np.ndarray, " bin"]]:
    """Return the bins that lie wholly in each split, and ``all``."""
    member = {name: np.zeros(n_bins, dtype=bool) for name in SPLITS}
    bin_bp = plan.config.bin_bp
    for region in plan.regions[plan.regions["chrom"] == chrom].itertuples(index=False):
        member[region.split][-(-region.start // bin_bp) : region.end // bin_bp] = True
    return {"all": np.ones(n_bins, dtype=bool), **member}


def apply_nan_policy(
    signal: Float32[np.ndarray, " base"], policy: str, where: str, first_bp: int
) -> tuple[Float32[np.ndarray, " base"], int]:
    """Return the signal with NaN treated by ``policy`` (mask, zero, error), and how many there were."""
    hollow = np.isnan(signal)
    n_nan = int(hollow.sum())
    if n_nan and policy == "error":
        base = first_bp + int(np.argmax(hollow))
        raise DataError(
            "E408",
            f"{where}:{base + 1}",
            f"the signal is NaN there (as are {n_nan} bases read with it)",
            "Set nan: mask or nan: zero, or mend the file.",
        )
    return (np.where(hollow, np.float32(0), signal) if n_nan and policy == "zero" else signal), n_nan


def bin_track(
    track: Track, signal: Float32[np.ndarray, " base"], bin_bp: int, where: str
) -> Float32[np.ndarray, " bin"]:
    """Pool and scale one track's signal.

    Raises
    ------
    DataError
        Scaling has no value for a bin: the square root of something below -1.
    """
    pooled = bin_signal(signal, bin_bp, track.sum_stat)
    with np.errstate(invalid="ignore"):
        scaled = Scaling.of(track).apply(pooled)
    lost = np.isnan(scaled) & ~np.isnan(pooled)
    if lost.any():
        raise DataError(
            "E409",
            where,
            f"a bin of {pooled[lost][0]:g} has no square root scaling (values below -1)",
            "Turn sqrt off for this assay, or mend the file.",
        )
    return scaled


def to_stored(
    block: Float32[np.ndarray, "bin track"], plan: BuildPlan, chrom: str, first_bin: int
) -> Float[np.ndarray, "bin track"]:
    """Return the block in the stored type; a value that it cannot hold is refused, not clipped.

    Raises
    ------
    DataError
        Names track, bin and value.
    """
    limit = np.finfo(plan.config.dtype).max
    beyond = np.abs(block) > limit
    if beyond.any():
        row, column = (int(place) for place in np.argwhere(beyond)[0])
        start = (first_bin + row) * plan.config.bin_bp
        raise DataError(
            "E406",
            f"track {plan.tracks[column].name!r} {chrom}:{start + 1}-{start + plan.config.bin_bp}",
            f"the bin is {block[row, column]:g}, beyond {plan.config.dtype} (largest {limit:g})",
            "Store float32, or lower the assay's scale or clip.",
        )
    return block.astype(plan.config.dtype)
