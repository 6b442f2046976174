"""Check a dataset's configuration against its genome and tracks, before anything is read whole."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from senformer.core.errors import SenformerError, StorageError
from senformer.core.findings import NOTE, WARNING, Finding, from_fault, gathered
from senformer.dataset.config import DatasetConfig
from senformer.dataset.label_check import check_labels
from senformer.dataset.labels import refuse_scaled
from senformer.dataset.masks import read_masks
from senformer.dataset.model_tracks import model_tracks
from senformer.dataset.pipeline import apply_pipeline
from senformer.dataset.placing import place
from senformer.dataset.plan import apply_assays, choose_chromosomes, tile
from senformer.dataset.splits import by, split_regions
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.windows import refuse_empty_splits
from senformer.genome.fasta import FastaReader
from senformer.genome.files import local_file
from senformer.tracks.table import Track

_SECTION = "dataset"
# Ways to split that read no sequence; the others compare it, and are left to the build.
_QUICK = {"chromosome", "interval", "kfold", "file"}


@dataclass(frozen=True)
class DatasetFacts:
    """What a configuration would make.

    Attributes
    ----------
    windows
        Windows by split, before any is dropped for N or masks; as ``all`` where the split compares sequence,
        which is left to the build.
    left_out
        Chromosomes that are not used, by reason.
    stored_bytes
        Targets and bases, before compression.
    """

    windows: dict[str, int]
    left_out: dict[str, list[str]]
    stored_bytes: int


def check_config(
    config: DatasetConfig, fasta: FastaReader, tracks: Sequence[Track], where: Path
) -> tuple[DatasetFacts | None, list[Finding]]:
    """Return what a configuration would make, None where that cannot be said, and what is wrong with it.

    Parameters
    ----------
    config
        The ``dataset`` section.
    fasta, tracks
        Its genome and tracks; without tracks what concerns them is left out.
    where
        A folder on the disk that the dataset would go to.
    """
    findings: list[Finding] = []
    if config.tracks_from is not None:
        with gathered(findings, _SECTION):
            model_tracks(config.tracks_from, config.organism, config.bin_bp)
    if tracks:
        with gathered(findings, _SECTION):
            scaled = apply_pipeline(apply_assays(tracks, config.assays), config.pipeline)
            if config.labels is not None:
                refuse_scaled(scaled)
                n_cores = len(os.sched_getaffinity(0))
                findings += check_labels(scaled, fasta.chrom_sizes, config.bin_bp, n_cores)
    with gathered(findings, _SECTION):
        read_masks(config, fasta.chrom_sizes)
    try:
        sizes, left_out = choose_chromosomes(config, fasta)
        if by(config.split) in _QUICK:
            inputs = SplitInputs(sizes, fasta.path, config.window_bp, fasta.chrom_sizes)
            regions = split_regions(config.split, inputs).regions
        else:
            for path in config.split.input_files().values():
                local_file(path, "E250")
            whole = [(chrom, 0, size, "all", None) for chrom, size in sizes.items()]
            regions = pd.DataFrame(whole, columns=["chrom", "start", "end", "split", "fold"])
        placed = place(config, regions, sizes, fasta.chrom_sizes, regions["split"])
    except SenformerError as fault:
        return None, [*findings, from_fault(fault, source=_SECTION)]
    tiled = tile(config, regions, sizes) if placed is None else placed
    for split in dict.fromkeys(regions["split"]):
        with gathered(findings, _SECTION):
            refuse_empty_splits(tiled, [split], config.window_bp, "none of its regions is so long")
    if by(config.split) in _QUICK:
        findings += _absent_splits(regions)
    windows = {split: int((tiled["split"] == split).sum()) for split in dict.fromkeys(regions["split"])}
    stored = _stored_bytes(config, sizes, regions, len(tracks))
    findings += _of_disk(stored, where)
    return DatasetFacts(windows, left_out, stored), findings


def _absent_splits(regions: pd.DataFrame) -> list[Finding]:
    found = []
    for split, use in (
        ("train", "to train on"),
        ("valid", "to choose a model by"),
        ("test", "to evaluate on"),
    ):
        if not (regions["split"] == split).any():
            todo = f"Give split.{split} a part of the genome."
            severity = NOTE if split == "test" else WARNING
            found.append(Finding(severity, "E797", f"split.{split}", f"is empty: nothing {use}", todo))
    return found


def _stored_bytes(config: DatasetConfig, sizes: dict[str, int], regions: pd.DataFrame, n_tracks: int) -> int:
    n_bases = sum(sizes[chrom] for chrom in set(regions["chrom"]))
    return n_bases + n_bases // config.bin_bp * n_tracks * (2 if config.dtype == "float16" else 4)


def _of_disk(stored_bytes: int, where: Path) -> list[Finding]:
    """Compare with the free disk; the store compresses to a third or less as a rule."""
    free = shutil.disk_usage(where).free
    if stored_bytes <= free:
        return []
    found = f"the disk has {free / 1e9:,.1f} GB free, the dataset has {stored_bytes / 1e9:,.1f} GB before "
    found += "compression"
    todo = "Free some space, choose another --out, or store float16."
    severity = WARNING
    fault = StorageError("E801", str(where), found, todo)
    return [from_fault(fault, severity, _SECTION)]
