"""Windows without a peak, beside those around peaks (``dataset.negatives``).

Source: matching negatives by GC content is the custom of gkm-SVM, Ghandi et al. 2014,
doi:10.1371/journal.pcbi.1003711.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.core.seeding import numpy_rng

GcOf = Callable[[pd.DataFrame], Float[np.ndarray, " window"]]

_GC_STEP = 0.02


class NegativesConfig(Config):
    """The ``negatives`` section.

    Attributes
    ----------
    kind
        ``genomic`` draws any window without a peak; ``gc_matched`` one whose GC content lies in the same
        step of 0.02 as that of a positive. Both stay in the split region of their positive.
        ``dinuc_shuffled`` shuffles the sequence of each positive when it is read, and keeps its
        dinucleotides.
    ratio
        Negatives a positive.
    seed
        Of the draws, or of the shuffles.
    exclude_bp
        No base of a negative lies so close to a peak or to a positive window.
    """

    kind: Literal["gc_matched", "genomic", "dinuc_shuffled"] = "gc_matched"
    ratio: int = Field(default=1, gt=0)
    seed: int = 1
    exclude_bp: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_shuffle(self) -> "NegativesConfig":
        if self.kind == "dinuc_shuffled" and (self.ratio, self.exclude_bp) != (1, 0):
            raise ValueError(
                f"ratio {self.ratio} and exclude_bp {self.exclude_bp} are of places in the genome; "
                "dinuc_shuffled makes one negative of each positive: leave them out"
            )
        return self


def drop_near(
    candidates: pd.DataFrame, peaks: pd.DataFrame, exclude_bp: int
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the candidates that share no base with a peak grown by ``exclude_bp``, and count the others.

    Parameters
    ----------
    candidates, peaks
        Columns chrom, start, end; peaks may overlap and come in any order.
    exclude_bp
        Bases to either side of a peak.
    """
    near = np.zeros(len(candidates), dtype=bool)
    for chrom, rows in candidates.groupby("chrom", sort=False):
        here = peaks[peaks["chrom"] == chrom]
        # A stretch is free where as many peaks have ended at its start as have begun before its end.
        ended = np.searchsorted(np.sort(here["end"] + exclude_bp), rows["start"], side="right")
        begun = np.searchsorted(np.sort(here["start"] - exclude_bp), rows["end"], side="left")
        near[candidates.index.get_indexer(rows.index)] = begun > ended
    return candidates[~near].reset_index(drop=True), {"near_peak": int(near.sum())}


def draw_negatives(
    config: NegativesConfig, positives: pd.DataFrame, candidates: pd.DataFrame, gc_of: GcOf
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Draw candidates for the positives of each split region, none twice.

    Parameters
    ----------
    config
        Kind, ratio and seed.
    positives, candidates
        Columns chrom, start, end and region; a draw is made among the candidates of the positive's region.
    gc_of
        GC content of windows among their known bases; NaN where none is known.

    Returns
    -------
    The candidates drawn, in the order of ``candidates``. Counts: ``wanted``, ``drawn``, ``unmatched``
    (no candidate was left for a positive).
    """
    step_of = _gc_steps if config.kind == "gc_matched" else _one_step
    wanted = _groups(positives, step_of(gc_of, positives))
    offered = _groups(candidates, step_of(gc_of, candidates))
    chosen: list[int] = []
    for (region, step), rows in sorted(wanted.items()):
        rng = numpy_rng(config.seed, "negatives", region, step)
        pool = offered.get((region, step), [])
        chosen += [pool[i] for i in rng.permutation(len(pool))[: len(rows) * config.ratio]]
    n_wanted = len(positives) * config.ratio
    counts = {"wanted": n_wanted, "drawn": len(chosen), "unmatched": n_wanted - len(chosen)}
    return candidates.iloc[sorted(chosen)].reset_index(drop=True), counts


def _gc_steps(gc_of: GcOf, windows: pd.DataFrame) -> Int[np.ndarray, " window"]:
    # The small part keeps a content of 0.28, which is no exact float, in its own step.
    return np.floor(np.nan_to_num(gc_of(windows), nan=-1.0) / _GC_STEP + 1e-9).astype(np.int64)


def _one_step(_: GcOf, windows: pd.DataFrame) -> Int[np.ndarray, " window"]:
    return np.zeros(len(windows), dtype=np.int64)


def _groups(windows: pd.DataFrame, steps: Int[np.ndarray, " window"]) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for place, key in enumerate(zip(windows["region"].tolist(), steps.tolist(), strict=True)):
        found.setdefault(key, []).append(place)
    return found


def region_numbers(windows: pd.DataFrame, regions: pd.DataFrame) -> Int[np.ndarray, " window"]:
    """Return in which row of ``regions`` every window lies; each lies wholly in one."""
    numbers = np.full(len(windows), -1, dtype=np.int64)
    for chrom, rows in windows.groupby("chrom", sort=False):
        here = np.flatnonzero((regions["chrom"] == chrom).to_numpy())
        here = here[np.argsort(regions["start"].to_numpy()[here], kind="stable")]
        at = np.searchsorted(regions["start"].to_numpy()[here], rows["start"], side="right") - 1
        numbers[windows.index.get_indexer(rows.index)] = here[at]
    return numbers


def add_shuffled(windows: pd.DataFrame) -> pd.DataFrame:
    """Return every window twice: as the negative that is to be shuffled (label 0), then as it is."""
    both = pd.concat([windows.assign(label=0), windows])
    return both.sort_index(kind="stable").reset_index(drop=True)


def is_shuffled(config: NegativesConfig | None, windows: pd.DataFrame) -> Bool[np.ndarray, " window"]:
    """Return which windows are read as a shuffled sequence without signal."""
    if config is None or config.kind != "dinuc_shuffled":
        return np.zeros(len(windows), dtype=bool)
    return (windows["label"] == 0).fillna(False).to_numpy(dtype=bool)
