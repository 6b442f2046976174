"""Base composition of windows, from the stored codes of a genome."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from senformer.dataset.windows import range_sums

ReadCodes = Callable[[str, int, int], UInt8[np.ndarray, " base"]]

# Bases at a time.
_STEP_BP = 1 << 24
_C, _G, _N = 1, 2, 4


def gc_content(windows: pd.DataFrame, read: ReadCodes, bin_bp: int) -> Float[np.ndarray, " window"]:
    """Return the fraction of G and C among the known bases of every window; NaN where none is known.

    Parameters
    ----------
    windows
        Columns chrom, start, end; multiples of ``bin_bp``.
    read
        (chromosome, start, end) to codes A, C, G, T, N = 0..4.
    bin_bp
        Bases are counted by bin, so that memory stays small.
    """
    found = np.full(len(windows), np.nan)
    for chrom, rows in windows.groupby("chrom", sort=False):
        lo, hi = (rows[edge].to_numpy() // bin_bp for edge in ("start", "end"))
        first, end = int(rows["start"].min()), int(rows["end"].max())
        step = max(1, _STEP_BP // bin_bp) * bin_bp
        gc, known = [], []
        for at in range(first, end, step):
            codes = read(str(chrom), at, min(at + step, end)).reshape(-1, bin_bp)
            gc.append(((codes == _C) | (codes == _G)).sum(axis=1))
            known.append((codes != _N).sum(axis=1))
        offset = first // bin_bp
        sums = [range_sums(np.concatenate(counts), lo - offset, hi - offset) for counts in (gc, known)]
        ratio = np.divide(sums[0], sums[1], out=np.full(len(rows), np.nan), where=sums[1] > 0)
        found[windows.index.get_indexer(rows.index)] = ratio
    return found
