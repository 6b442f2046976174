"""One TFRecord file as arrays on disk: the unit of work of an import."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from senformer.core.commit import write_json
from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.array_specs import tracks_spec
from senformer.dataset.arrays import write_array
from senformer.dataset.config import SPLITS
from senformer.dataset.manifest import describe_files
from senformer.dataset.shard import shard_folders, shard_record
from senformer.dataset.statistics import TrackSums
from senformer.dataset.tfrecord.plan import ImportPlan
from senformer.dataset.tfrecord.values import Filled, code_blocks, target_blocks

_SHARD_BASES = 1 << 24


def build_pack(plan: ImportPlan, root: Path, name: str) -> None:
    """Write the arrays of one file and, last, its record.

    The file is read twice, for bases and for targets, so that memory holds one record and one shard of an
    array, however long the file is.

    Raises
    ------
    DataError
        A record holds what the configuration refuses, or differs from the genome.
    """
    genome_path, tracks_path, bins_path = shard_folders(root, name)
    n_tracks = plan.geometry.n_tracks
    filled = Filled(np.zeros(n_tracks, dtype=np.int64), np.zeros(n_tracks, dtype=np.int64))
    counts = _Counts(plan, name)
    _write_codes(genome_path, plan, name, counts.unknown(code_blocks(plan, name, filled)))
    _write_targets(tracks_path, plan, name, counts.measured(target_blocks(plan, name, filled)))
    _write_facts(bins_path, counts, plan.geometry.window_bins)
    record = {
        "array": name,
        "contigs": len(plan.packs[name]),
        "iupac_bases": filled.iupac,
        "nan_values": filled.n_nan.tolist(),
        "infinite_values": filled.n_infinite.tolist(),
        "checked_records": filled.n_checked,
        "mismatched_bases": filled.n_mismatched,
        "sums": {split: sums.to_dict() for split, sums in counts.sums.items()},
        "files": describe_files(root, [genome_path, tracks_path, bins_path]),
    }
    write_json(shard_record(root, name), record)


class _Counts:
    """Counts per bin, and sums per split, taken as the blocks pass by."""

    def __init__(self, plan: ImportPlan, name: str) -> None:
        self.bin_bp = plan.geometry.bin_bp
        self.split = str(plan.contigs["split"][plan.contigs["contig"] == plan.packs[name][0]].iloc[0])
        self.sums = {key: TrackSums.empty(plan.geometry.n_tracks) for key in ("all", *SPLITS)}
        self.n_unknown: list[np.ndarray] = []
        self.n_measured: list[np.ndarray] = []

    def unknown(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        for codes in blocks:
            self.n_unknown.append((codes == N_CODE).reshape(-1, self.bin_bp).sum(axis=1, dtype=np.int32))
            yield codes

    def measured(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        for values in blocks:
            self.n_measured.append(np.isfinite(values).sum(axis=1, dtype=np.int32))
            found = TrackSums.of(values)
            for key in ("all", self.split):
                self.sums[key] = self.sums[key] + found
            yield values


def reblock(blocks: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """Yield the rows of ``blocks`` again in blocks of ``size``, the last one shorter."""
    held: list[np.ndarray] = []
    n_held = 0
    for block in blocks:
        while len(block):
            part, block = block[: size - n_held], block[size - n_held :]
            held.append(part)
            n_held += len(part)
            if n_held == size:
                yield np.concatenate(held)
                held, n_held = [], 0
    if held:
        yield np.concatenate(held)


def _contig_grid(plan: ImportPlan, name: str, window_bp: int) -> layout.Grid:
    """Return a cut whose chunks are the contigs, so that a window is one chunk."""
    n = min(len(plan.packs[name]), max(1, _SHARD_BASES // window_bp))
    return layout.Grid(window_bp, window_bp * n)


def _write_codes(path: Path, plan: ImportPlan, name: str, blocks: Iterator[np.ndarray]) -> None:
    n_bases = len(plan.packs[name]) * plan.geometry.window_bp
    grid = _contig_grid(plan, name, plan.geometry.window_bp)
    write_array(
        path,
        reblock(blocks, grid.shard),
        shape=(n_bases,),
        dtype="uint8",
        grid=grid,
        axes=("base",),
        fill=N_CODE,
        meaning={
            "meaning": "bases of the contigs, one after the other",
            "codes": "A 0, C 1, G 2, T 3, N 4",
        },
    )


def _write_targets(path: Path, plan: ImportPlan, name: str, blocks: Iterator[np.ndarray]) -> None:
    geometry = plan.geometry
    n_bins = len(plan.packs[name]) * geometry.window_bins
    meaning = "targets as the records hold them; NaN is masked"
    spec = tracks_spec(n_bins, plan.tracks, geometry.bin_bp, plan.layout.dtype, meaning)
    write_array(path, reblock(blocks, spec.grid.shard), **spec._asdict())


def _write_facts(path: Path, counts: _Counts, window_bins: int) -> None:
    facts = np.stack([np.concatenate(counts.n_unknown), np.concatenate(counts.n_measured)], axis=1)
    write_array(
        path,
        iter([facts]),
        shape=facts.shape,
        dtype="int32",
        grid=layout.Grid(window_bins, len(facts)),
        axes=("bin", "field"),
        fill=-1,
        meaning={"meaning": "counts per bin", "fields": list(layout.BIN_FIELDS)},
    )
