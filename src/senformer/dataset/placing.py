"""Windows around given places: bin-aligned, and each wholly inside one split region."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.dataset.centers import read_centers
from senformer.dataset.config import DatasetConfig

COLUMNS = ["chrom", "start", "end", "split", "fold", "center", "strand", "name"]


def place_windows(
    centers: pd.DataFrame,
    regions: pd.DataFrame,
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    bin_bp: int,
    edges: str = "drop",
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Put one window around every place.

    A window starts at the multiple of ``bin_bp`` nearest to ``center - window_bp // 2``, the lower of two at
    one distance, so that its middle is at most half a bin from the center.

    Parameters
    ----------
    centers
        Columns chrom, center, strand, name; in genome order.
    regions
        Split regions, which share no base.
    chrom_sizes
        Length of every chromosome in bp.
    window_bp, bin_bp
        Geometry.
    edges
        With ``pad`` a window may reach beyond the chromosome, where its region ends with it.

    Returns
    -------
    Columns chrom, start, end, split, fold, center, strand, name. Counts of places without a window, by the
    first reason that holds: ``leaves_chromosome``, ``in_no_split`` (the center lies in no region),
    ``leaves_region`` (the window reads beyond the region of its center), ``same_window`` (another place,
    further left, has this very window).
    """
    start = (centers["center"] - window_bp // 2 + (bin_bp - 1) // 2) // bin_bp * bin_bp
    frame = centers.assign(start=start, end=start + window_bp, split=None, fold=None)
    reason = np.full(len(frame), "", dtype=object)
    for chrom, rows in frame.groupby("chrom", sort=False):
        here = regions[regions["chrom"] == chrom].sort_values("start")
        found = np.full(len(rows), "", dtype=object)
        place = np.searchsorted(here["start"], rows["center"], side="right") - 1
        # With no region there is none to look into: every center is outside.
        ends = here["end"].to_numpy()[place] if len(here) else np.zeros(len(rows), dtype=np.int64)
        starts = here["start"].to_numpy()[place] if len(here) else ends
        outside = (place < 0) | (rows["center"].to_numpy() >= ends)
        size = chrom_sizes[str(chrom)]
        first, last = rows["start"].to_numpy(), rows["end"].to_numpy()
        if edges == "pad":  # what lies beyond the chromosome is in no other region
            first, last = np.maximum(first, 0), np.minimum(last, size)
        found[(first < starts) | (last > ends)] = "leaves_region"
        found[outside] = "in_no_split"
        found[(first < 0) | (last > size)] = "leaves_chromosome"
        reason[frame.index.get_indexer(rows.index)] = found
        if len(here):
            for column in ("split", "fold"):
                frame.loc[rows.index, column] = here[column].to_numpy()[place]
    reason[
        (reason == "") & frame.assign(kept=reason == "").duplicated(["chrom", "start", "kept"]).to_numpy()
    ] = "same_window"
    reasons = ("leaves_chromosome", "in_no_split", "leaves_region", "same_window")
    return frame.loc[reason == "", COLUMNS].reset_index(drop=True), {
        name: int((reason == name).sum()) for name in reasons
    }


def place(
    config: DatasetConfig,
    regions: pd.DataFrame,
    sizes: Mapping[str, int],
    all_sizes: Mapping[str, int],
    splits: Iterable[str],
) -> pd.DataFrame | None:
    """Return windows around the configured places; None where the genome is tiled.

    Parameters
    ----------
    config
        Of the dataset.
    regions
        Split regions.
    sizes, all_sizes
        Length of every chromosome in use, and of all of the genome, in bp.
    splits
        Each must have a window.

    Returns
    -------
    As :func:`place_windows`; ``attrs`` has its counts as ``dropped``, and those of :func:`read_centers` as
    ``regions``.

    Raises
    ------
    DataError
        The file is damaged, or a split has no window: how many places lie in it and why each was dropped.
    """
    if config.regions is None:
        return None
    centers, read = read_centers(config.regions, sizes, all_sizes)
    geometry = (regions, sizes, config.window_bp, config.bin_bp, config.edges)
    windows, dropped = place_windows(centers, *geometry)
    for split in dict.fromkeys(splits):
        if (windows["split"] == split).any():
            continue
        where = f"split {split!r}"
        found = f"has no window of {config.window_bp} bp: "
        here = centers[_lies_in(centers, regions[regions["split"] == split])]
        if here.empty:
            kept = {f"in {name}": int(n) for name, n in windows["split"].value_counts(sort=False).items()}
            why = _listed(kept | dropped | {"other_chromosome": read["other_chromosome"]})
            found += (
                f"none of the {counted(len(centers), 'place')} of {config.regions.path} lies in it ({why})"
            )
            raise DataError("E403", where, found, "Give the split a part of the genome that has places.")
        _, lost = place_windows(here, *geometry)
        found += f"of the {counted(len(here), 'place')} in it none is kept ({_listed(lost)})"
        raise DataError("E403", where, found, _mend(lost))
    windows.attrs = {"regions": read, "dropped": dropped}
    return windows


def _lies_in(centers: pd.DataFrame, regions: pd.DataFrame) -> np.ndarray:
    """Return which places lie in some of the regions."""
    inside = np.zeros(len(centers), dtype=bool)
    for chrom, here in regions.groupby("chrom", sort=False):
        starts, ends = np.sort(here["start"].to_numpy()), np.sort(here["end"].to_numpy())
        rows = np.flatnonzero(centers["chrom"] == chrom)
        center = centers["center"].to_numpy()[rows]
        # Regions share no base: a place is in one where more have begun than ended.
        begun, ended = (np.searchsorted(edges, center, side="right") for edges in (starts, ends))
        inside[rows] = begun > ended
    return inside


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items() if n)


def _mend(lost: Mapping[str, int]) -> str:
    """Say what to do where the windows around all places of a split were dropped."""
    todo = "Choose a shorter window, or larger regions for this split"
    return (
        f"{todo}; edges: pad keeps what leaves its chromosome." if lost["leaves_chromosome"] else f"{todo}."
    )
