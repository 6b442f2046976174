"""Stretches of the genome that are masked, not to be trusted, or not mappable, as a build reads them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int64

from senformer.dataset.by_chrom import spans_of
from senformer.dataset.config import DatasetConfig
from senformer.dataset.windows import excluded_bins
from senformer.genome.regions import COLUMNS, merge, read_regions

_END_BIN = 0.1


@dataclass(frozen=True)
class Masks:
    """Regions of a build: chrom, start, end; merged and sorted.

    Attributes
    ----------
    excluded
        Whose bins are masked in every track.
    blacklist
        Whose bases become or are bounded by the baseline; not padded yet.
    unmappable
        Where reads cannot be placed.
    """

    excluded: pd.DataFrame
    blacklist: pd.DataFrame
    unmappable: pd.DataFrame

    def of(self, chroms: Collection[str]) -> "Masks":
        """Return the masks of some chromosomes."""
        return Masks(
            *(
                part[part["chrom"].isin(chroms)].reset_index(drop=True)
                for part in (self.excluded, self.blacklist, self.unmappable)
            )
        )


@dataclass(frozen=True)
class ChromMasks:
    """What is masked of one chromosome: per bin, and the blacklist as starts and ends in bp."""

    is_excluded: Bool[np.ndarray, " bin"]
    is_unmappable: Bool[np.ndarray, " bin"]
    black: Int64[np.ndarray, "region 2"]

    def black_bases(self, start: int, end: int, pad_bp: int) -> Bool[np.ndarray, " base"] | None:
        """Return which bases of a stretch are blacklisted, regions grown by ``pad_bp``; None if none is."""
        near = (self.black[:, 0] - pad_bp < end) & (self.black[:, 1] + pad_bp > start)
        if not near.any():
            return None
        bases = np.zeros(end - start, dtype=bool)
        for lo, hi in self.black[near]:
            bases[max(lo - pad_bp - start, 0) : hi + pad_bp - start] = True
        return bases


def read_masks(config: DatasetConfig, chrom_sizes: Mapping[str, int]) -> Masks:
    """Read every mask of the configuration.

    Raises
    ------
    DataError
        A file is damaged, or its regions are not inside the genome.
    """
    found = {
        key: read_regions(getattr(config, key) or [], chrom_sizes)[COLUMNS]
        for key in ("exclude", "blacklist", "unmappable")
    }
    if config.blacklist_policy == "mask":
        black = _grown(found["blacklist"], config.blacklist_pad_bp or 0, chrom_sizes)
        found["exclude"] = pd.concat([found["exclude"], black], ignore_index=True)
        found["blacklist"] = found["blacklist"].iloc[:0]
    return Masks(*(merge(found[key]) for key in ("exclude", "blacklist", "unmappable")))


def _grown(regions: pd.DataFrame, pad_bp: int, chrom_sizes: Mapping[str, int]) -> pd.DataFrame:
    sizes = regions["chrom"].map(dict(chrom_sizes)).astype("int64")
    start, end = (regions["start"] - pad_bp).clip(lower=0), (regions["end"] + pad_bp).clip(upper=sizes)
    return regions.assign(start=start, end=end)


def chrom_masks(masks: Masks, chrom: str, n_bins: int, bin_bp: int) -> ChromMasks:
    """Return the masks of one chromosome."""
    return ChromMasks(
        excluded_bins(masks.excluded, chrom, n_bins, bin_bp),
        unmappable_bins(masks.unmappable, chrom, n_bins, bin_bp),
        spans_of(masks.blacklist, chrom),
    )


def unmappable_bins(
    unmappable: pd.DataFrame, chrom: str, n_bins: int, bin_bp: int
) -> Bool[np.ndarray, " bin"]:
    """Return which bins an unmappable region covers; one that it covers less than a tenth of does not count.

    Source: Basenji's ``basenji_data.py`` (the rule for the first and last bin of a region), idea only.
    """
    start, end = spans_of(unmappable, chrom).T
    lo, hi = start // bin_bp, -(-end // bin_bp)
    is_thin = np.minimum((lo + 1) * bin_bp, end) - start < _END_BIN * bin_bp
    lo, was_thin = lo + is_thin, end - np.maximum((hi - 1) * bin_bp, start) < _END_BIN * bin_bp
    hi = np.maximum(hi - was_thin, lo)
    steps = np.zeros(n_bins + 1, dtype=np.int64)
    np.add.at(steps, np.minimum(lo, n_bins), 1)
    np.add.at(steps, np.minimum(hi, n_bins), -1)
    return np.cumsum(steps[:n_bins]) > 0
