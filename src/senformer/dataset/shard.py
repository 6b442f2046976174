"""One chromosome of a dataset, from FASTA and tracks to arrays on disk; the unit of work of a build."""

from pathlib import Path

import numpy as np
from jaxtyping import Integer, UInt8

from senformer.core.commit import write_json
from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.arrays import write_array
from senformer.dataset.manifest import describe_files
from senformer.dataset.plan import BuildPlan
from senformer.dataset.targets import Tally, target_blocks
from senformer.genome.fasta import open_fasta

_FETCH_BP = 1 << 24


def shard_folders(root: Path, chrom: str) -> list[Path]:
    """Return the three arrays of a chromosome."""
    name = layout.shard_name(chrom)
    return [root / kind / name for kind in (layout.GENOME, layout.TRACKS, layout.BINS)]


def shard_record(root: Path, chrom: str) -> Path:
    """Return the file that says that a chromosome is done, and what is in it."""
    return root / layout.SHARDS / f"{layout.shard_name(chrom)}.json"


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
    tally = Tally.empty(n_bins, n_tracks)
    _write_targets(tracks_path, plan, chrom, tally)
    n_unknown = (codes[: n_bins * bin_bp] == N_CODE).reshape(n_bins, bin_bp).sum(axis=1)
    _write_facts(bins_path, np.stack([n_unknown, tally.n_measured], axis=1).astype(np.int32))
    record = {
        "chrom": chrom,
        "n_bases": size,
        "n_bins": n_bins,
        "iupac_bases": dict(sorted(fasta.iupac_counts.items())),
        "signal": tally.counts.to_dict(),
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
