"""What a build will do, decided and checked before it writes: inputs, chromosomes, splits, tracks.

Every check that does not need the signal itself is here, so that bad input stops a build in seconds.
"""

import dataclasses
import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.provenance import versions
from senformer.dataset import layout
from senformer.dataset.config import AssayConfig, DatasetConfig
from senformer.dataset.controls import check_controls
from senformer.dataset.extremes import bound_extremes
from senformer.dataset.gaps import read_gaps, report_of
from senformer.dataset.inputs import input_paths, refuse_unfit, scan_inputs
from senformer.dataset.label_check import check_labels
from senformer.dataset.labels import refuse_scaled
from senformer.dataset.masks import Masks, read_masks
from senformer.dataset.model_tracks import model_tracks
from senformer.dataset.packs import PackIndex
from senformer.dataset.pipeline import apply_pipeline
from senformer.dataset.placing import place
from senformer.dataset.splits import SplitInputs, SplitResult, split_regions
from senformer.dataset.windows import refuse_empty_splits, tile_windows
from senformer.genome.bed import read_bed
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.regions import cut
from senformer.tracks.table import Track, read_track_table

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BuildPlan:
    """A checked build.

    Attributes
    ----------
    config
        The configuration, with both inputs given.
    genome
        Path of the FASTA file.
    tracks
        Every track with the scaling that will be applied, or that its model was trained with.
    chrom_sizes
        Chromosomes to store, in genome order.
    regions
        Split regions.
    masks
        Regions that are masked, blacklisted or unmappable.
    inputs
        Path, size, time of change and SHA-256 of every input, for ``run.json``.
    left_out
        Chromosomes that are not stored, by reason.
    split_report
        What the splitter dropped or did not reach.
    placed
        Windows around given places; None where the genome is tiled.
    peaks
        Intervals that no negative touches; None where none are drawn.
    """

    config: DatasetConfig
    genome: Path
    tracks: tuple[Track, ...]
    chrom_sizes: dict[str, int]
    regions: pd.DataFrame
    masks: Masks
    inputs: dict[str, dict[str, Any]]
    left_out: dict[str, list[str]]
    split_report: dict[str, Any] = dataclasses.field(default_factory=dict)
    placed: pd.DataFrame | None = None
    peaks: pd.DataFrame | None = None

    @property
    def excluded(self) -> pd.DataFrame:
        """Return the regions whose bins are masked in every track."""
        return self.masks.excluded

    @property
    def is_measured(self) -> bool:
        """Say whether targets are stored; without them the tracks are what a model predicts."""
        return self.config.tracks_from is None

    @property
    def n_stored(self) -> int:
        """Number of tracks whose targets are stored."""
        return len(self.tracks) if self.is_measured else 0

    @functools.cached_property
    def packs(self) -> dict[str, list[str]]:
        """Return the contigs of every array that holds several; none where few contigs are short."""
        itemsize = np.dtype(self.config.dtype).itemsize
        return layout.pack_contigs(self.chrom_sizes, self.n_stored, itemsize, self.config.bin_bp)

    @functools.cached_property
    def arrays(self) -> dict[str, list[str]]:
        """Return the contigs of every array, in the order of their first contig in the genome."""
        pack_of = {contig: name for name, contigs in self.packs.items() for contig in contigs}
        names = dict.fromkeys(pack_of.get(chrom, chrom) for chrom in self.chrom_sizes)
        return {name: self.packs.get(name, [name]) for name in names}

    @functools.cached_property
    def pack_index(self) -> PackIndex:
        """Return where every contig lies in the arrays."""
        return PackIndex(self.packs, self.chrom_sizes, self.config.bin_bp)

    def n_bases(self, name: str) -> int:
        """Return the bases of an array."""
        return sum(self.chrom_sizes[contig] for contig in self.arrays[name])

    def n_bins(self, name: str) -> int:
        """Return the whole bins of an array."""
        return sum(self.chrom_sizes[contig] // self.config.bin_bp for contig in self.arrays[name])

    def spans(self, name: str, lo: int, hi: int) -> list[tuple[str, int, int]]:
        """Return bins ``lo`` to ``hi`` of an array as contigs, each with its own first bin and end."""
        found, first = [], 0
        for contig in self.arrays[name]:
            n_bins = self.chrom_sizes[contig] // self.config.bin_bp
            begin, end = max(lo - first, 0), min(hi - first, n_bins)
            if begin < end:
                found.append((contig, begin, end))
            first += n_bins
        return found

    def with_absolute_paths(self) -> "BuildPlan":
        """Return the same plan for a process that works in another folder."""
        tracks = tuple(dataclasses.replace(track, path=track.path.absolute()) for track in self.tracks)
        return dataclasses.replace(self, genome=self.genome.absolute(), tracks=tracks)

    @property
    def header(self) -> dict[str, Any]:
        """Return the content of ``dataset.json``: what identifies the dataset, without paths or times."""
        known = ("bytes", "sha256")
        return {
            "format": self._format,
            "kind": layout.KIND,
            "made_by": versions().get("senformer", "unknown"),
            "organism": self.config.organism,
            "bin_bp": self.config.bin_bp,
            "dtype": self.config.dtype,
            "chrom_sizes": self.chrom_sizes,
            **({"packs": self.packs} if self.packs else {}),
            **({} if self.is_measured else {"is_measured": False}),
            "split_regions": self.regions.to_dict("records"),
            "split_report": self.split_report,
            "excluded": self.excluded.to_dict("records"),
            "unmappable": _pairs(self.masks.unmappable),
            "left_out": self.left_out,
            "config": self.config.model_dump(mode="json")
            | dict.fromkeys(("genome", "tracks", "tracks_from")),
            "tracks": [track_record(track) for track in self.tracks],
            "inputs": {name: {key: found[key] for key in known} for name, found in self.inputs.items()},
        }

    @property
    def _format(self) -> int:
        if not self.is_measured:
            return layout.UNMEASURED_FORMAT
        return layout.PACKED_FORMAT if self.packs else layout.FORMAT


def _pairs(regions: pd.DataFrame) -> dict[str, list[list[int]]]:
    """Return regions as (start, end) by chromosome: there may be many."""
    by_chrom = regions.groupby("chrom", sort=False)[["start", "end"]]
    return {str(chrom): rows.to_numpy().tolist() for chrom, rows in by_chrom}


def track_record(track: Track) -> dict[str, Any]:
    """Return a track as plain values; of its path the file name alone, the rest is in ``run.json``."""
    return {**dataclasses.asdict(track), "path": track.path.name, "line": 0}


def track_from_record(values: dict[str, Any]) -> Track:
    """Return the track that :func:`track_record` described."""
    return Track(**{**values, "path": Path(values["path"])})


class JointSplit(NamedTuple):
    """Regions that were decided together with other genomes, and the files of those, by name."""

    found: SplitResult
    files: dict[str, Path]


def make_plan(config: DatasetConfig, *, workers: int = 1, joint: JointSplit | None = None) -> BuildPlan:
    """Read and check every input, with ``workers`` processes, and decide what will be stored.

    Parameters
    ----------
    config
        Inputs, geometry and splits.
    workers
        Processes.
    joint
        The regions of every split where other genomes had a say; by default the configuration decides.

    Raises
    ------
    ConfigError
        An input is not named, or the configuration names an assay that no track has.
    DataError, MissingInputError
        An input is missing, damaged, or does not fit the others.
    """
    genome = _required(config, "genome")
    table = _required(config, "tracks") if config.tracks_from is None else None
    fasta = open_fasta(genome)
    tracks = _read_tracks(config, table)
    if config.controls:
        check_controls(tracks, config.controls)
    if config.labels is not None:
        refuse_scaled(tracks)
    # What takes seconds comes before the scans.
    sizes, left_out = choose_chromosomes(config, fasta)
    if joint is None:
        given = SplitInputs(sizes, genome, config.window_bp, fasta.chrom_sizes, workers)
        split = split_regions(config.split, given)
    else:
        split = joint.found
    assigned = set(split.regions["chrom"])
    gaps = read_gaps(config, fasta, [chrom for chrom in sizes if chrom in assigned])
    regions = cut(split.regions, gaps)
    left_out["in_no_split"] = [chrom for chrom in sizes if chrom not in assigned]
    masks = read_masks(config, fasta.chrom_sizes).of(assigned)
    placed = place(config, regions, sizes, fasta.chrom_sizes, split.regions["split"])
    tiled = tile(config, regions, sizes) if placed is None else placed
    refuse_empty_splits(tiled, split.regions["split"], config.window_bp, "none of its regions is so long")
    stored = {chrom: size for chrom, size in sizes.items() if chrom in assigned}
    measured = tracks if config.tracks_from is None else []
    refuse_unfit(measured, fasta.chrom_sizes)
    paths = input_paths(config, measured) | (joint.files if joint else {})
    inputs = scan_inputs(paths, measured, fasta, workers)
    if config.labels is not None:
        for finding in check_labels(tracks, fasta.chrom_sizes, config.bin_bp, workers):
            log.warning(finding.line)
    return BuildPlan(
        config,
        genome,
        tuple(bound_extremes(config, tracks, stored, masks, workers)),
        stored,
        regions,
        masks,
        inputs,
        left_out,
        {**split.report, **report_of(gaps, config)},
        placed,
        _read_peaks(config, fasta.chrom_sizes),
    )


def _read_tracks(config: DatasetConfig, table: Path | None) -> list[Track]:
    """Return the tracks of a table, as they will be scaled; without one those of the model."""
    if table is None:
        return model_tracks(str(config.tracks_from), config.organism, config.bin_bp)
    return apply_pipeline(apply_assays(read_track_table(table), config.assays), config.pipeline)


def _read_peaks(config: DatasetConfig, all_sizes: dict[str, int]) -> pd.DataFrame | None:
    if config.negatives is None or config.regions is None:
        return None
    return read_bed(config.regions.path, all_sizes)[["chrom", "start", "end"]]


def tile_plan(plan: BuildPlan) -> pd.DataFrame:
    """Return every window of the configured geometry, before any is dropped."""
    if plan.placed is not None:
        return plan.placed
    return tile(plan.config, plan.regions, plan.chrom_sizes)


def tile(c: DatasetConfig, regions: pd.DataFrame, chrom_sizes: dict[str, int]) -> pd.DataFrame:
    """Return every window of the configured geometry in ``regions``."""
    geometry = (c.window_bp, c.strides, c.bin_bp, c.crop_bins, c.snap_bp, c.edges)
    return tile_windows(regions, chrom_sizes, *geometry)


def _required(config: DatasetConfig, key: str) -> Path:
    value = getattr(config, key)
    if value is None:
        raise ConfigError("E106", "dataset", f"key {key!r} is missing", f"Add it, or give --{key}.")
    return Path(value)


def apply_assays(tracks: Sequence[Track], assays: dict[str, AssayConfig]) -> list[Track]:
    """Return the tracks with the scaling that the configuration gives for their assay.

    Raises
    ------
    ConfigError
        No track is of an assay that is configured.
    """
    known = {track.assay for track in tracks}
    for name in assays:
        if name not in known:
            raise ConfigError(
                "E407", "dataset.assays", f"no track is of assay {name!r}", nearest(name, known)
            )
    return [
        dataclasses.replace(track, **assays[track.assay].model_dump(exclude_none=True))
        if track.assay in assays
        else track
        for track in tracks
    ]


def choose_chromosomes(
    config: DatasetConfig, fasta: FastaReader
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return length of every chromosome in use, and the names left out by reason.

    Raises
    ------
    DataError
        ``include`` names an unknown chromosome, or a contig is shorter than a window.
    """
    sizes = dict(fasta.chrom_sizes)
    left_out: dict[str, list[str]] = {"not_included": [], "short_contigs": []}
    if config.include is not None:
        chosen = set(match_chromosomes(config.include, sizes, "dataset.include").values())
        left_out["not_included"] = [chrom for chrom in sizes if chrom not in chosen]
    skipped = set(left_out["not_included"])
    left_out["short_contigs"] = [
        chrom for chrom, size in sizes.items() if size < config.window_bp and chrom not in skipped
    ]
    if left_out["short_contigs"] and config.short_contigs == "error":
        first = left_out["short_contigs"][0]
        raise DataError(
            "E405",
            f"{fasta.path} {first}",
            f"has {sizes[first]} bp, fewer than a window of {config.window_bp} bp "
            f"(so have {len(left_out['short_contigs'])} contigs)",
            "Set short_contigs: skip to leave them out, or name the chromosomes in include.",
        )
    gone = {chrom for names in left_out.values() for chrom in names}
    return {chrom: size for chrom, size in sizes.items() if chrom not in gone}, left_out
