"""Windows around given places: bin-aligned, and each wholly inside one split region."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

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
