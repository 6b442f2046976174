"""The windows that a build keeps, with labels and negatives where they were asked for."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.dataset import layout
from senformer.dataset.cache import ChromosomeCache, read_bin_facts
from senformer.dataset.composition import gc_content
from senformer.dataset.config import SPLITS
from senformer.dataset.label_counts import keep_labelled, label_report
from senformer.dataset.negatives import add_shuffled, draw_negatives, drop_near, is_shuffled, region_numbers
from senformer.dataset.plan import BuildPlan
from senformer.dataset.windows import sift_windows, tile_windows


def sift(plan: BuildPlan, out: Path, windows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the windows that carry something to learn from, and how many were dropped, by reason."""
    config, cache = plan.config, ChromosomeCache(out, keeps=False, packs=plan.pack_index)
    return sift_windows(
        windows,
        lambda chrom: read_bin_facts(
            cache, plan.excluded, chrom, plan.chrom_sizes[chrom], config.bin_bp, plan.masks.unmappable
        ),
        config.bin_bp,
        config.crop_bins,
        config.max_n_fraction,
        config.max_unmappable_fraction,
    )


def label_windows(plan: BuildPlan, out: Path, windows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return windows with their label where targets are labels; count those without a positive."""
    if plan.config.labels is None:
        return windows, {}
    read = partial(ChromosomeCache(out, keeps=False, packs=plan.pack_index).read, layout.TRACKS)
    kept = keep_labelled(windows, read, plan.config.labels, plan.config.bin_bp, plan.config.crop_bins)
    return kept, {} if plan.config.labels.keep == "all" else {"no_positive": len(windows) - len(kept)}


def add_negatives(plan: BuildPlan, out: Path, windows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return positives and the negatives drawn for them, in genome order, and what was counted.

    Candidates are windows side by side in every split region, dropped by the rules of all windows. Shuffled
    negatives have the place of their positive.
    """
    config, negatives = plan.config, plan.config.negatives
    if negatives is None or plan.peaks is None:
        return windows, {}
    if negatives.kind == "dinuc_shuffled":
        n = len(windows)
        return add_shuffled(windows.assign(label=1)), {"wanted": n, "drawn": n, "unmatched": 0}
    geometry = (config.window_bp, config.window_bp, config.bin_bp, config.crop_bins)
    tiled = tile_windows(plan.regions, plan.chrom_sizes, *geometry)
    peaks = pd.concat([plan.peaks, windows[["chrom", "start", "end"]]], ignore_index=True)
    free, near = drop_near(tiled, peaks, negatives.exclude_bp)
    sound, dropped = sift(plan, out, free)
    read = partial(ChromosomeCache(out, keeps=False, packs=plan.pack_index).read, layout.GENOME)
    drawn, counts = draw_negatives(
        negatives,
        windows.assign(region=region_numbers(windows, plan.regions)),
        sound.assign(region=region_numbers(sound, plan.regions)),
        partial(gc_content, read=read, bin_bp=config.bin_bp),
    )
    middle = drawn["start"] + config.window_bp // 2
    drawn = drawn.drop(columns="region").assign(center=middle, strand=None, name=None, label=0)
    both = pd.concat([windows.assign(label=1), drawn], ignore_index=True)
    rank = both["chrom"].map({chrom: place for place, chrom in enumerate(plan.chrom_sizes)})
    both = both.assign(rank=rank).sort_values(["rank", "start", "label"], kind="stable")
    both = both.drop(columns="rank").reset_index(drop=True)
    return both, {"candidates": len(tiled), **near, **{k: n for k, n in dropped.items() if n}, **counts}


def label_statistics(plan: BuildPlan, out: Path, windows: pd.DataFrame) -> dict[str, Any]:
    """Return positives of every track and split (:func:`label_report`); nothing where there are no labels."""
    if plan.config.labels is None:
        return {}
    read = partial(ChromosomeCache(out, keeps=False, packs=plan.pack_index).read, layout.TRACKS)
    config, n_tracks = plan.config, len(plan.tracks)
    reports = {}
    for split in SPLITS:
        rows = windows[windows["split"] == split]
        shuffled = is_shuffled(config.negatives, rows)
        reports[split] = label_report(rows, read, config.bin_bp, config.crop_bins, n_tracks, shuffled)
    return {"labels": reports}
