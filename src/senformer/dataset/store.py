"""Open a dataset and read it: codes and targets of any stretch, windows of any length."""

import copy
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, UInt8

from senformer.core.config import nearest, parse
from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.core.shapes import N_CODE
from senformer.dataset import layout
from senformer.dataset.cache import ChromosomeCache, read_bin_facts
from senformer.dataset.config import SPLITS, DatasetConfig
from senformer.dataset.contigs import read_contigs
from senformer.dataset.controls import part_controls
from senformer.dataset.label_counts import keep_labelled
from senformer.dataset.manifest import check_dataset, read_json
from senformer.dataset.negatives import add_shuffled, is_shuffled
from senformer.dataset.packs import PackIndex
from senformer.dataset.placing import place_windows
from senformer.dataset.plan import track_from_record
from senformer.dataset.progress import refuse_unfinished
from senformer.dataset.splits.base import COLUMNS as REGION_COLUMNS
from senformer.dataset.splits.base import with_fold
from senformer.dataset.splits.file import Folds
from senformer.dataset.splits.refold import fold_list, refold
from senformer.dataset.table.layout import KIND as TABLE
from senformer.dataset.table.store import TableDataset
from senformer.dataset.windows import BinFacts, checked_stride, sift_windows, tile_windows
from senformer.tracks.table import strand_permutation

CACHE_BYTES = 1 << 30
_KINDS = (layout.KIND, TABLE)


def open_dataset(
    path: str | os.PathLike, *, verify: bool = False, cache_bytes: int = CACHE_BYTES
) -> "Dataset | TableDataset":
    """Open a finished dataset, of a genome or of a table.

    Parameters
    ----------
    path
        Folder that ``senformer build`` made.
    verify
        Also recompute the SHA-256 of every file; otherwise existence and size are checked.
    cache_bytes
        Memory of each process for decoded arrays. Where not all of the dataset's fit together, every window
        is read from disk.

    Raises
    ------
    MissingInputError
        There is no dataset.
    DataError
        It is unfinished, damaged, or of another format version.
    """
    path = Path(path)
    refuse_unfinished(path)
    if not (path / layout.HEADER).is_file():
        raise MissingInputError(
            "E410", str(path), f"is no dataset (no {layout.HEADER})", "Give a folder that `build` made."
        )
    header = read_json(path / layout.HEADER)
    _refuse_collection(path, header)
    if header.get("format") not in layout.FORMATS or header.get("kind") not in _KINDS:
        raise DataError(
            "E414",
            str(path),
            f"is a {header.get('kind')!r} dataset of format {header.get('format')!r}, made by senformer "
            f"{header.get('made_by', '?')}; this version reads "
            f"{' and '.join(map(repr, _KINDS))} of format {layout.FORMAT}",
            "Run senformer build again with this version.",
        )
    check_dataset(path, verify=verify)
    if header["kind"] == TABLE:
        return TableDataset(path, header, cache_bytes)
    return Dataset(path, header, cache_bytes)


def _refuse_collection(path: Path, header: dict[str, Any]) -> None:
    if header.get("kind") == layout.COLLECTION:
        names = header["genomes"]
        raise DataError(
            "E414",
            str(path),
            f"holds a dataset a genome: {', '.join(names)}",
            f"Give one of them: {path / names[0]}.",
        )


def genome_dataset(path: str | os.PathLike) -> "Dataset":
    """Open a finished dataset of a genome; raises as :func:`open_dataset`.

    Raises
    ------
    DataError
        It is a table.
    """
    dataset = open_dataset(path)
    if isinstance(dataset, Dataset):
        return dataset
    raise DataError(
        "E499",
        str(path),
        "is a table: its rows are sequences without a genome",
        "Give a dataset that was built from a genome.",
    )


class Dataset:
    """A finished dataset, read-only. Safe to fork and to pickle; coordinates are 0-based half-open.

    Attributes
    ----------
    path, config, organism, bin_bp
        Where it lies, how it was built, its name, bases per bin.
    tracks
        The columns of the targets, with the scaling that was applied.
    controls
        Tracks that are no targets but what a model reads beside the sequence.
    strand_permutation
        For every track the position of its partner on the other strand.
    chrom_sizes
        Length in bp of every stored chromosome, in genome order.
    contigs
        Where every contig comes from, where windows were imported one by one; else None.
    split_regions
        Columns chrom, start, end, split and fold: a name, or None where the split has no folds.
    windows
        The windows of the configured geometry: the columns of ``layout.WINDOW_SCHEMA``.
    is_measured
        Whether it holds targets; otherwise its tracks are what a model predicts (``tracks_from``).
    statistics
        Per split (and ``all``): n_bins and, per track, n_finite, total, mean, variance, min, max of the
        stored values.
    """

    def __init__(self, path: Path, header: dict[str, Any], cache_bytes: int = CACHE_BYTES) -> None:
        self.path = path
        self.config = parse(DatasetConfig, header["config"], f"{path / layout.HEADER} (config)")
        self.organism: str = header["organism"]
        self.bin_bp: int = header["bin_bp"]
        self.chrom_sizes: dict[str, int] = header["chrom_sizes"]
        self.split_regions = with_fold(pd.DataFrame(header["split_regions"], columns=REGION_COLUMNS))
        self.excluded = pd.DataFrame(header["excluded"], columns=["chrom", "start", "end"])
        pairs = [(chrom, *pair) for chrom, found in header.get("unmappable", {}).items() for pair in found]
        self.unmappable = pd.DataFrame(pairs, columns=["chrom", "start", "end"])
        stored = [track_from_record(record) for record in header["tracks"]]
        self.tracks, self.controls = part_controls(stored, len(self.config.controls))
        self.strand_permutation = strand_permutation(self.tracks)
        self.windows = layout.read_windows(path)
        self.statistics = read_json(path / layout.STATISTICS)
        self.is_measured: bool = header.get("is_measured", True)
        n_stored = len(stored) if self.is_measured else 0
        needed = layout.decoded_bytes(self.chrom_sizes, self.bin_bp, n_stored, self.config.dtype)
        self.contigs = read_contigs(path)
        packs = PackIndex(header.get("packs", {}), self.chrom_sizes, self.bin_bp)
        self._cache = ChromosomeCache(path, keeps=needed <= cache_bytes, packs=packs)

    def __repr__(self) -> str:
        """Say where it lies and what it holds."""
        return f"Dataset({str(self.path)!r}, {len(self.tracks)} tracks, {len(self.windows)} windows)"

    @property
    def n_tracks(self) -> int:
        """Number of tracks."""
        return len(self.tracks)

    def with_folds(self, test: Folds, valid: Folds = None) -> "Dataset":
        """Return the same dataset with other folds as test and valid, for cross-validation.

        Parameters
        ----------
        test, valid
            Folds by number or name, one or a list; all others are train. ``None`` for none.

        Returns
        -------
        A dataset whose ``split_regions`` and ``windows`` say so. Nothing is read or written; its
        ``statistics`` keep ``all`` alone, for those of the splits were summed over others.

        Raises
        ------
        ConfigError
            The dataset was built without folds, a fold does not exist, or is both test and valid.
        """
        folds = fold_list(test), fold_list(valid)
        other = copy.copy(self)
        other.split_regions = refold(self.split_regions, *folds, str(self.path))
        if self._is_evenly_tiled:
            other.windows = refold(self.windows, *folds, str(self.path))
        else:
            c = self.config
            other.windows = other.cut_windows(c.window_bp, c.crop_bins, c.strides)
        other.statistics = {name: v for name, v in self.statistics.items() if name not in SPLITS}
        return other

    @property
    def _is_evenly_tiled(self) -> bool:
        """Say whether the windows do not depend on the split of their fold."""
        return len(set(self.config.strides.values())) == 1

    def n_bins(self, chrom: str) -> int:
        """Return the number of whole bins of ``chrom``."""
        return self._size(chrom) // self.bin_bp

    def _size(self, chrom: str) -> int:
        if chrom not in self.chrom_sizes:
            raise DataError(
                "E415", str(self.path), f"holds no chromosome {chrom!r}", nearest(chrom, self.chrom_sizes)
            )
        return self.chrom_sizes[chrom]

    def sequence(self, chrom: str, start: int, end: int, *, pad: bool = False) -> UInt8[np.ndarray, " base"]:
        """Return the codes of a stretch; a new array.

        Parameters
        ----------
        chrom, start, end
            Where it lies, 0-based half-open.
        pad
            Give N for what lies beyond the ends of the chromosome, which is refused otherwise.

        Raises
        ------
        DataError
            There is no such chromosome, the stretch runs backwards, or it leaves the chromosome.
        """
        size = self._size(chrom)
        if end < start or not (pad or 0 <= start <= end <= size):
            where = f"{self.path} {chrom}:{start}-{end} (0-based)"
            todo = "Cut the stretch, or read it with pad=True: N beyond the ends."
            raise DataError("E431", where, f"does not lie inside {chrom}, which has {size:,} bp", todo)
        lo, hi = min(max(start, 0), size), max(min(end, size), 0)
        codes = np.full(end - start, N_CODE, dtype=np.uint8)
        if hi > lo:
            codes[lo - start : hi - start] = self._cache.read(layout.GENOME, chrom, lo, hi)
        return codes

    def targets(self, chrom: str, start_bin: int, end_bin: int) -> Float[np.ndarray, "bin track"]:
        """Return the stored values of whole bins, float32, NaN where masked or not measured; a new array.

        Raises
        ------
        DataError
            The bins reach beyond the chromosome.
        """
        n_bins = self.n_bins(chrom)
        if not 0 <= start_bin <= end_bin <= n_bins:
            raise DataError(
                "E416", f"{chrom} bins {start_bin}-{end_bin}", f"the chromosome has bins 0-{n_bins}"
            )
        if not self.is_measured:
            return np.full((end_bin - start_bin, self.n_tracks), np.nan, dtype=np.float32)
        stored = self._cache.read(layout.TRACKS, chrom, start_bin, end_bin)
        return stored[:, : self.n_tracks].astype(np.float32)

    def control(self, chrom: str, start: int, end: int) -> Float[np.ndarray, "base control"]:
        """Return the controls of a stretch, float32; 0 beyond the ends and where nothing was measured."""
        lo, hi = min(max(start, 0), self.n_bins(chrom)), max(min(end, self.n_bins(chrom)), 0)
        values = np.zeros((end - start, len(self.controls)), dtype=np.float32)
        if hi > lo:
            stored = self._cache.read(layout.TRACKS, chrom, lo, hi)[:, self.n_tracks :]
            values[lo - start : hi - start] = np.nan_to_num(stored.astype(np.float32))
        return values

    def window_targets(self, chrom: str, start_bin: int, end_bin: int) -> Float[np.ndarray, "bin track"]:
        """Return the targets of a window, as :meth:`targets`; NaN beyond the ends where ``edges`` pads."""
        n_bins = self.n_bins(chrom)
        if self.config.edges != "pad" or 0 <= start_bin <= end_bin <= n_bins:
            return self.targets(chrom, start_bin, end_bin)
        values = np.full((end_bin - start_bin, self.n_tracks), np.nan, dtype=np.float32)
        lo, hi = min(max(start_bin, 0), n_bins), max(min(end_bin, n_bins), 0)
        if hi > lo:
            values[lo - start_bin : hi - start_bin] = self.targets(chrom, lo, hi)
        return values

    def bin_facts(self, chrom: str) -> BinFacts:
        """Return unknown bases, measured tracks and exclusion of every bin of ``chrom``."""
        size = self._size(chrom)
        return read_bin_facts(self._cache, self.excluded, chrom, size, self.bin_bp, self.unmappable)

    def cut_windows(
        self,
        window_bp: int,
        crop_bins: int,
        stride_bp: int | Mapping[str, int | None] | None = None,
        split: str | None = None,
    ) -> pd.DataFrame:
        """Cut windows of any length, by the rules of the build.

        Parameters
        ----------
        window_bp, crop_bins, stride_bp
            Geometry; by default targets touch. One stride for all, or one for each split.
        split
            One split only.

        Returns
        -------
        Columns chrom, start, end, split, fold, and label where targets are labels. Windows with too many
        unknown bases, without any measured target bin or without a positive label are left out, as the build
        leaves them out. Around places (``dataset.regions``) windows are
        put around those of the dataset's windows, whatever the stride; they may overlap.

        Raises
        ------
        ConfigError
            The geometry does not fit the bins, or there is no such split.
        """
        regions = self.split_regions
        if split is not None:
            if split not in SPLITS:
                raise ConfigError("E404", "split", f"no split is called {split!r}", nearest(split, SPLITS))
            regions = regions[regions["split"] == split]
        if self.config.regions is not None:
            checked_stride(window_bp, self.bin_bp, crop_bins, None)
            shuffled = is_shuffled(self.config.negatives, self.windows)
            known = self.windows.loc[~shuffled, ["chrom", "center", "strand", "name"]]
            known = known.astype({"center": "int64"}).reset_index(drop=True)
            edges = self.config.edges
            placed, _ = place_windows(known, regions, self.chrom_sizes, window_bp, self.bin_bp, edges)
            kept = self._sift(self._with_label(placed, ~shuffled), crop_bins)
            return add_shuffled(kept) if shuffled.any() else kept
        geometry = (window_bp, stride_bp, self.bin_bp, crop_bins, self.config.snap_bp, self.config.edges)
        tiled = tile_windows(regions, self.chrom_sizes, *geometry)
        kept = self._sift(tiled, crop_bins)
        if self.config.labels is None:
            return kept
        read = partial(self._cache.read, layout.TRACKS)
        return keep_labelled(kept, read, self.config.labels, self.bin_bp, crop_bins)

    def _with_label(self, windows: pd.DataFrame, known: Bool[np.ndarray, " window"]) -> pd.DataFrame:
        """Give windows around the places of the dataset's ``known`` ones the labels that those have."""
        label = self.windows[known].set_index(["chrom", "center"])["label"]
        label = label[~label.index.duplicated()]
        return windows.assign(
            label=label.reindex(pd.MultiIndex.from_frame(windows[["chrom", "center"]])).array
        )

    def _sift(self, windows: pd.DataFrame, crop_bins: int) -> pd.DataFrame:
        """Leave out windows as the build leaves them out."""
        kept, _ = sift_windows(
            windows,
            self.bin_facts,
            self.bin_bp,
            crop_bins,
            self.config.max_n_fraction,
            self.config.max_unmappable_fraction,
        )
        return kept
