"""What an import will do, decided and checked before it writes."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.provenance import describe_input, versions
from senformer.dataset import layout
from senformer.dataset.config import SPLITS, DatasetConfig
from senformer.dataset.plan import track_record
from senformer.dataset.splits.chromosome import ChromosomeSplit
from senformer.dataset.tfrecord.config import SplitLabels, TfrecordConfig
from senformer.dataset.tfrecord.facts import (
    SEQUENCES,
    STATISTICS,
    TARGETS,
    Region,
    read_sequences,
    read_statistics,
    record_intervals,
)
from senformer.dataset.tfrecord.files import RecordFile, find_files
from senformer.dataset.tfrecord.geometry import Geometry, settle_geometry
from senformer.dataset.tfrecord.origin import contig_table, sift_outside
from senformer.dataset.tfrecord.period import check_tracks_alone
from senformer.dataset.tfrecord.record import Layout
from senformer.dataset.tfrecord.scan import check_counts, scan_files
from senformer.genome.files import identity
from senformer.tracks.table import Track, read_track_table


@dataclass(frozen=True)
class ImportPlan:
    """A checked import.

    Attributes
    ----------
    config
        The configuration.
    files
        Files with records to store, by name, in order.
    layout, geometry
        How records are laid out, and all lengths.
    tracks
        The columns of the targets.
    contigs
        One row a stored record, in order: see ``CONTIG_SCHEMA``.
    inputs
        Path, size, time of change and SHA-256 of every input.
    left_out
        Records that are not stored, by reason.
    n_files, n_empty
        Files of the set, and those of no record.
    """

    config: TfrecordConfig
    files: dict[str, RecordFile]
    layout: Layout
    geometry: Geometry
    tracks: tuple[Track, ...]
    contigs: pd.DataFrame
    inputs: dict[str, dict[str, Any]]
    left_out: dict[str, list[str]]
    n_files: int
    n_empty: int

    def with_absolute_paths(self) -> "ImportPlan":
        """Return the same plan for a process that works in another folder."""
        files = {
            name: dataclasses.replace(file, path=file.path.absolute()) for name, file in self.files.items()
        }
        genome = None if self.config.genome is None else str(Path(self.config.genome).absolute())
        config = self.config.model_copy(update={"genome": genome})
        return dataclasses.replace(self, config=config, files=files)

    @property
    def chrom_sizes(self) -> dict[str, int]:
        """Return the length of every contig, in order."""
        return dict.fromkeys(self.contigs["contig"], self.geometry.window_bp)

    @property
    def packs(self) -> dict[str, list[str]]:
        """Return the contigs of every array: one array a file."""
        names = {file.path.name: name for name, file in self.files.items()}
        groups = self.contigs.groupby(self.contigs["file"].map(names), sort=False)["contig"]
        return {str(name): list(contigs) for name, contigs in groups}

    @property
    def regions(self) -> pd.DataFrame:
        """Return the split regions: every contig whole."""
        rows = self.contigs[["contig", "split"]].rename(columns={"contig": "chrom"})
        rows.insert(1, "start", 0)
        rows.insert(2, "end", self.geometry.window_bp)
        return rows

    @property
    def store_config(self) -> DatasetConfig:
        """Return the configuration as one of a genome whose chromosomes are the contigs."""
        valid, test = (
            list(self.contigs["contig"][self.contigs["split"] == split]) for split in ("valid", "test")
        )
        return DatasetConfig(
            organism=self.config.organism,
            window_bp=self.geometry.window_bp,
            bin_bp=self.geometry.bin_bp,
            crop_bins=self.geometry.crop_bins,
            split=ChromosomeSplit(valid=valid, test=test),
            dtype=self.layout.dtype,  # type: ignore[arg-type]
            nan=self.config.nan,
            max_n_fraction=self.config.max_n_fraction,
        )

    @property
    def header(self) -> dict[str, Any]:
        """Return the content of ``dataset.json``."""
        known = ("bytes", "sha256")
        return {
            "format": layout.PACKED_FORMAT,
            "kind": layout.KIND,
            "made_by": versions().get("senformer", "unknown"),
            "organism": self.config.organism,
            "bin_bp": self.geometry.bin_bp,
            "dtype": self.layout.dtype,
            "chrom_sizes": self.chrom_sizes,
            "packs": self.packs,
            "split_regions": self.regions.to_dict("records"),
            "excluded": [],
            "left_out": self.left_out,
            "config": self.store_config.model_dump(mode="json"),
            "tracks": [track_record(track) for track in self.tracks],
            "tfrecord": {
                "sequence": self.layout.sequence,
                "seq_length": self.layout.seq_length,
                "crop_bp": (self.geometry.seq_length - self.geometry.n_bins * self.geometry.bin_bp) // 2,
                "infinite": self.config.infinite,
                "max_mismatch_fraction": self.config.max_mismatch_fraction,
                "outside_genome": self.config.outside_genome,
            },
            "inputs": {name: {key: found[key] for key in known} for name, found in self.inputs.items()},
        }


def make_import_plan(config: TfrecordConfig, *, workers: int = 1) -> ImportPlan:
    """Read every file of a set whole, and decide what will be stored.

    Raises
    ------
    ConfigError
        Lengths or labels that do not fit the records.
    DataError, MissingInputError
        A file that is missing or damaged, or does not fit the others.
    """
    files = find_files(config.records)
    folder = Path(config.records) if isinstance(config.records, str) else files[0].path.parent
    beside = _beside(folder, config)
    facts = read_statistics(beside[STATISTICS]) if STATISTICS in beside else None
    regions = read_sequences(beside[SEQUENCES]) if SEQUENCES in beside else None
    table = read_track_table(beside[TARGETS]) if TARGETS in beside else None
    splits = split_of_labels(config.splits, [file.label for file in files])
    scans = scan_files(files, facts.seq_length if facts else None, workers)
    if facts:
        check_counts(files, scans, facts.n_records, beside[STATISTICS])
    if regions is not None:
        counts = {label: len(found) for label, found in regions.items()}
        check_counts(files, scans, counts, beside[SEQUENCES])
    first = next(scan.layout for scan in scans.values() if scan.layout)
    geometry = settle_geometry(config, first, facts, len(table) if table else None, folder)
    if facts is None and table is None:
        check_tracks_alone([file.path for file in files], geometry, folder)
    intervals = _intervals(regions, beside, geometry)
    n_records = {file.name: scans[file.name].n_records for file in files}
    contigs = contig_table(files, n_records, intervals, splits, geometry)
    contigs, left_out = sift_outside(contigs, config, geometry)
    _refuse_nothing(contigs, left_out, folder)
    used = set(contigs["file"])
    return ImportPlan(
        config,
        {file.name: file for file in files if file.path.name in used},
        first,
        geometry,
        tuple(table or _made_tracks(geometry.n_tracks)),
        contigs,
        _inputs(beside, config) | {f"records {name}": scan.described for name, scan in scans.items()},
        left_out,
        len(files),
        sum(n == 0 for n in n_records.values()),
    )


def _beside(folder: Path, config: TfrecordConfig) -> dict[str, Path]:
    """Return the files beside the records that there are; a track table that is named goes first."""
    found = {name: folder / name for name in (STATISTICS, SEQUENCES, TARGETS) if (folder / name).is_file()}
    return found | ({TARGETS: Path(config.tracks)} if config.tracks else {})


def _inputs(beside: Mapping[str, Path], config: TfrecordConfig) -> dict[str, dict[str, Any]]:
    paths = {**beside, **({"genome": Path(config.genome)} if config.genome else {})}
    found = {}
    for name, path in paths.items():
        before = identity(path)
        found[name] = describe_input(path) | {"modified_ns": before and before.mtime_ns}
    return found


def _intervals(
    regions: Mapping[str, list[Region]] | None, beside: Mapping[str, Path], geometry: Geometry
) -> dict[str, list[tuple[str, int, int]]] | None:
    """Return the stretch of every record, by label; None where nothing tells."""
    if regions is None:
        return None
    every = [region for found in regions.values() for region in found]
    target_bp = geometry.n_bins * geometry.bin_bp
    stretches = iter(record_intervals(every, beside[SEQUENCES], geometry.seq_length, target_bp))
    return {label: [next(stretches) for _ in found] for label, found in regions.items()}


def split_of_labels(splits: SplitLabels, labels: Sequence[str]) -> dict[str, str | None]:
    """Return the split of every label; None for a label that is in no split.

    Raises
    ------
    ConfigError
        A label that no file has, or one in two splits.
    """
    known = set(labels)
    found: dict[str, str | None] = {}
    for split in SPLITS:
        for label in getattr(splits, split) or ():
            if label not in known and split in splits.model_fields_set:
                text = f"no file is of label {label!r}"
                raise ConfigError("E478", f"dataset.splits.{split}", text, nearest(label, known))
            if label in found:
                text = f"label {label!r} is in {found[label]!r} too"
                raise ConfigError("E478", f"dataset.splits.{split}", text, "Name it once.")
            found[label] = split
    rest = None if splits.train is not None else "train"
    return {label: found.get(label, rest) for label in dict.fromkeys(labels)}


def _made_tracks(n_tracks: int) -> list[Track]:
    return [Track(index, f"target_{index}", Path(f"target_{index}")) for index in range(n_tracks)]


def _refuse_nothing(contigs: pd.DataFrame, left_out: Mapping[str, list[str]], folder: Path) -> None:
    if contigs.empty:
        lost = ", ".join(f"{reason} {len(names):,}" for reason, names in left_out.items() if names)
        raise DataError(
            "E476", str(folder), f"no record is left to store ({lost})", "Mend splits or outside_genome."
        )
