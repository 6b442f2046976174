"""Where each gene is predicted: the window, and the bins of its target, that hold its transcription start."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int64

from senformer.core.errors import DataError
from senformer.dataset.by_chrom import places_of, spans_of
from senformer.dataset.store import Dataset
from senformer.dataset.windows import sift_windows, target_bin_range
from senformer.genome.chromosomes import resolve_chromosome

# In the order in which they are asked.
REASONS = ("unknown_chrom", "no_strand", "outside_split", "window_leaves_split", "no_window", "masked")


@dataclass(frozen=True)
class GenePlaces:
    """Genes that can be predicted, and from where.

    Attributes
    ----------
    genes
        As :func:`senformer.evaluate.genes.starts.read_starts`, with the chromosomes of the dataset.
    windows
        Columns chrom, start, end, label: the windows that are needed, each once.
    entries
        Columns window (row of ``windows``), gene (row of ``genes``), bin (of the window's target); by window,
        then gene. Every gene has the same number of them.
    dropped
        Genes that cannot be, by the first reason that holds: a name of ``REASONS``.
    """

    genes: pd.DataFrame
    windows: pd.DataFrame
    entries: pd.DataFrame
    dropped: dict[str, int]


def on_chromosomes(genes: pd.DataFrame, dataset: Dataset, split: str, path: str) -> pd.DataFrame:
    """Return the genes in the dataset's names and coordinates, with the column ``reason``.

    Of a dataset whose windows were imported one by one, a gene lies on the contig of the split whose middle
    is nearest: targets lie there, and the ends of overlapping records have none. ``chrom_true`` and
    ``tss_true`` keep where it lies in the genome. The reason is empty, or
    ``unknown_chrom`` or ``outside_split`` where there is no such place.

    Raises
    ------
    DataError
        A gene begins beyond its chromosome (E662).
    """
    contigs = dataset.contigs
    sizes: Mapping[str, int] = dataset.chrom_sizes
    known = list(sizes) if contigs is None else contigs["chrom"].dropna().unique().tolist()
    names = {name: resolve_chromosome(name, known) for name in genes["chrom"].unique()}
    placed = genes.assign(chrom_true=genes["chrom"], tss_true=genes["tss"], chrom=genes["chrom"].map(names))
    placed["reason"] = np.where(placed["chrom"].isna(), "unknown_chrom", "")
    if contigs is not None:
        return _on_contigs(placed, contigs, dataset.split_regions, split)
    beyond = placed[placed["tss"] >= placed["chrom"].map(dict(sizes))]
    if len(beyond):
        first = beyond.iloc[0]
        found = (
            f"gene {first['gene_id']!r} begins at {first['tss'] + 1:,}, beyond {first['chrom']}, which has "
        )
        found += f"{sizes[first['chrom']]:,} bp"
        raise DataError("E662", f"{path} line {first['line']}", found, "Check the assembly.")
    return placed


def _on_contigs(
    genes: pd.DataFrame, contigs: pd.DataFrame, regions: pd.DataFrame, split: str
) -> pd.DataFrame:
    mine = contigs[contigs["contig"].isin(regions.loc[regions["split"] == split, "chrom"])]
    mine = mine[mine["chrom"].notna()].reset_index(drop=True).astype({"start": "int64", "end": "int64"})
    for chrom, here in mine.groupby("chrom"):
        ours = genes.index[(genes["reason"] == "") & (genes["chrom"] == chrom)]
        tss = genes.loc[ours, "tss"].to_numpy()[:, None]
        depth = np.minimum(tss - here["start"].to_numpy(), here["end"].to_numpy() - 1 - tss)
        best, held = depth.argmax(axis=1), depth.max(axis=1) >= 0
        ours, contig = ours[held], here.iloc[best[held]]
        genes.loc[ours, "tss"] -= contig["start"].to_numpy()
        genes.loc[ours, "chrom"] = contig["contig"].to_numpy()
        genes.loc[ours, "reason"] = "found"
    genes.loc[genes["reason"] == "", "reason"] = "outside_split"
    genes.loc[genes["reason"] == "found", "reason"] = ""
    return genes


def in_windows_of_split(
    genes: pd.DataFrame,
    windows: pd.DataFrame,
    regions: pd.DataFrame,
    bin_bp: int,
    crop_bins: int,
    n_bins: int,
) -> GenePlaces:
    """Read every gene from the windows of a split, whose targets touch.

    Bins of one gene may lie in two windows; of overlapping windows the one that begins last counts.

    Parameters
    ----------
    genes
        As :func:`on_chromosomes`; those with a reason are left out.
    windows, regions
        Windows and regions of the split.
    bin_bp, crop_bins
        Their geometry.
    n_bins
        Bins a gene, an odd number: that of its start and those around it.
    """
    lo, hi = target_bin_range(windows, bin_bp, crop_bins)
    bins = _bins_around(genes, bin_bp, n_bins)
    row = np.full(bins.shape, -1)
    reason = genes["reason"].to_numpy(dtype=object, copy=True)
    for chrom in genes["chrom"].dropna().unique():
        here = places_of(windows, str(chrom))
        here = here[np.argsort(lo[here], kind="stable")]
        ours = np.flatnonzero(genes["chrom"] == chrom)
        _, end = _region_of(regions, str(chrom), genes["tss"].to_numpy()[ours])
        reason[ours] = np.where((reason[ours] == "") & (end == 0), "outside_split", reason[ours])
        if not len(here):
            continue
        place = np.searchsorted(lo[here], bins[ours], side="right") - 1
        found = here[np.maximum(place, 0)]
        row[ours] = np.where((place >= 0) & (bins[ours] < hi[found]), found, -1)
    reason[(reason == "") & (row < 0).any(axis=1)] = "no_window"
    return _collect(genes, reason, windows, row, bins - lo[np.maximum(row, 0)])


def in_own_windows(
    genes: pd.DataFrame, dataset: Dataset, split: str, window_bp: int, crop_bins: int, n_bins: int
) -> GenePlaces:
    """Read every gene from a window that is put around it: its start lies in the middle bin of the target.

    Of an even number of bins the middle one is the first of the second half, as in the published evaluation.
    The window lies wholly inside the region of the split that holds the start, so that no base of another
    split is read; windows that a build would leave out (unknown bases, excluded, unmappable, unmeasured) are
    left out.
    """
    bin_bp = dataset.bin_bp
    bins = _bins_around(genes, bin_bp, n_bins)
    first = (
        genes["tss"].to_numpy() // bin_bp - (window_bp // bin_bp - 2 * crop_bins) // 2 - crop_bins
    ) * bin_bp
    regions = dataset.split_regions
    regions = regions[regions["split"] == split].reset_index(drop=True)
    reason = genes["reason"].to_numpy(dtype=object, copy=True)
    for chrom in genes["chrom"].dropna().unique():
        ours = np.flatnonzero(genes["chrom"] == chrom)
        start, end = _region_of(regions, str(chrom), genes["tss"].to_numpy()[ours])
        found = np.where((first[ours] < start) | (first[ours] + window_bp > end), "window_leaves_split", "")
        found[end == 0] = "outside_split"
        reason[ours] = np.where(reason[ours] == "", found, reason[ours])
    own = pd.DataFrame({"chrom": genes["chrom"], "start": first, "end": first + window_bp})
    windows = own[reason == ""].drop_duplicates().reset_index(drop=True)
    config = dataset.config
    limits = (config.max_n_fraction, config.max_unmappable_fraction)
    windows, _ = sift_windows(windows, dataset.bin_facts, bin_bp, crop_bins, *limits)
    number = windows.assign(row=np.arange(len(windows))).set_index(["chrom", "start"])["row"]
    row = (
        number.reindex(pd.MultiIndex.from_frame(own[["chrom", "start"]])).fillna(-1).to_numpy(dtype=np.int64)
    )
    reason[(reason == "") & (row < 0)] = "no_window"
    rows = np.repeat(row[:, None], n_bins, axis=1)
    return _collect(genes, reason, windows, rows, bins - (first // bin_bp + crop_bins)[:, None])


def _region_of(
    regions: pd.DataFrame, chrom: str, position: Int64[np.ndarray, " gene"]
) -> tuple[Int64[np.ndarray, " gene"], Int64[np.ndarray, " gene"]]:
    """Return start and end of the region that holds each position; both 0 where none does."""
    spans = spans_of(regions, chrom)
    spans = np.concatenate([[[0, 0]], spans[np.argsort(spans[:, 0])]])
    place = np.searchsorted(spans[1:, 0], position, side="right")
    start, end = spans[place].T
    inside = position < end
    return np.where(inside, start, 0), np.where(inside, end, 0)


def _bins_around(genes: pd.DataFrame, bin_bp: int, n_bins: int) -> Int64[np.ndarray, "gene bin"]:
    return genes["tss"].to_numpy(dtype=np.int64)[:, None] // bin_bp + np.arange(n_bins) - n_bins // 2


def _collect(
    genes: pd.DataFrame,
    reason: np.ndarray,
    windows: pd.DataFrame,
    row: Int64[np.ndarray, "gene bin"],
    bins: Int64[np.ndarray, "gene bin"],
) -> GenePlaces:
    kept: Bool[np.ndarray, " gene"] = reason == ""
    row, bins = row[kept], bins[kept]
    needed = np.unique(row)
    entries = pd.DataFrame(
        {
            "window": np.searchsorted(needed, row).ravel(),
            "gene": np.repeat(np.arange(len(row)), row.shape[1]),
            "bin": bins.ravel(),
        }
    )
    # No window is a shuffled negative: those have no label here.
    used = windows.iloc[needed][["chrom", "start", "end"]].reset_index(drop=True)
    used = used.assign(label=pd.array([pd.NA] * len(used), dtype="Int64"))
    return GenePlaces(
        genes.loc[kept].drop(columns="reason").reset_index(drop=True),
        used,
        entries.sort_values(["window", "gene", "bin"], ignore_index=True),
        {name: int((reason == name).sum()) for name in REASONS},
    )
