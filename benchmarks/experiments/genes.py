"""How well a model knows the genes of a world of far enhancers, by the distance of their enhancer.

Of every gene on the test chromosomes, the predicted and the measured CAGE counts around its start are taken
from the one test window whose target holds it. What an enhancer does to a gene is the logarithm of its
counts, less the mean of genes of its code without an enhancer. The share of it that a model predicts is 1
for a perfect model and 0 for one that does not see the enhancer.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from senformer.dataset import Dataset, eval_windows
from senformer.predict.predictor import Predictor
from senformer.predict.source import load_run_model
from senformer.tracks.scaling import Scaling

EDGES_BP = (20_000, 40_000, 80_000, 160_000, 320_000, 600_000)
_FLANK_BP = 256


def read_genes(world: Path) -> pd.DataFrame:
    """Return the genes with the middle of their enhancer (NaN: none)."""
    genes = pd.read_csv(world / "genes.tsv", sep="\t")
    elements = pd.read_csv(world / "elements.tsv", sep="\t").set_index("name")
    middle = (elements["start"] + elements["end"]) / 2
    return genes.assign(enhancer_at=genes["enhancer"].map(middle))


def gene_predictions(run: Path, dataset: Dataset, genes: pd.DataFrame, split: str = "test") -> pd.DataFrame:
    """Return ``genes`` of a split with ``predicted``, ``measured``, ``expected`` and ``in_window``.

    Genes within 256 bp of a target's end, or in no window, are left out, and those with another gene of their
    strand so near that it may share a bin. Counts are of the gene's own strand
    and of the cell in which its code works (cell A for the code of both).
    """
    model = load_run_model(run)
    predictor = Predictor(model, batch_size=1)
    genes = genes[~_crowded(genes, 2 * dataset.bin_bp)]
    tracks = [track.name for track in dataset.tracks]
    crop_bp = model.crop_bins * dataset.bin_bp
    rows: list[dict[str, Any]] = []
    for window in eval_windows(dataset, split, model.window_bp, model.crop_bins).itertuples():
        inside = _inside(genes, window.chrom, window.start + crop_bp, window.end - crop_bp)
        if inside.empty:
            continue
        codes = dataset.sequence(window.chrom, window.start, window.end)
        predicted = predictor.predict(codes[None], dataset.organism)[0]
        first = window.start // dataset.bin_bp + model.crop_bins
        target = dataset.targets(window.chrom, first, first + len(predicted))
        predicted, target = (_counts(values, dataset) for values in (predicted, target))
        rows.extend(_rows(inside, predicted, target, first, dataset.bin_bp, tracks, window))
    return pd.DataFrame(rows)


def _crowded(genes: pd.DataFrame, within_bp: int) -> pd.Series:
    """Say which genes have another one of their chromosome and strand within so many bases."""
    place = genes.sort_values("position").groupby(["chrom", "strand"])["position"]
    near = (place.diff().abs() <= within_bp) | (place.diff(-1).abs() <= within_bp)
    return near.reindex(genes.index)


def _inside(genes: pd.DataFrame, chrom: str, start: int, end: int) -> pd.DataFrame:
    place = genes["position"]
    return genes[(genes["chrom"] == chrom) & (place - _FLANK_BP >= start) & (place + _FLANK_BP < end)]


def _counts(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return stored values (bin, track) in measured units."""
    scalings = [Scaling.of(track) for track in dataset.tracks]
    return np.stack([scaling.inverse(values[:, i]) for i, scaling in enumerate(scalings)], axis=1)


def _rows(
    genes: pd.DataFrame,
    predicted: np.ndarray,
    target: np.ndarray,
    first: int,
    bin_bp: int,
    tracks: list[str],
    window: Any,
) -> Iterator[dict[str, Any]]:
    for gene in genes.to_dict("records"):
        cell = "b" if gene["code"] == "b" else "a"
        track = tracks.index(f"cage_{cell}_{'plus' if gene['strand'] == '+' else 'minus'}")
        bins = slice(
            (gene["position"] - _FLANK_BP) // bin_bp - first,
            (gene["position"] + _FLANK_BP) // bin_bp + 1 - first,
        )
        yield {
            **{key: gene[key] for key in ("name", "code", "distance_bp")},
            "predicted": float(predicted[bins, track].astype(np.float64).sum()),
            "measured": float(target[bins, track].astype(np.float64).sum()),
            "expected": gene[f"expected_{cell}"],
            "in_window": window.start <= gene["enhancer_at"] < window.end,
        }


def by_distance(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row a range of distances, and one for all: what is predicted of what enhancers do.

    Returns
    -------
    Rows of ``from_bp``, ``to_bp``, ``n`` (genes), ``in_window`` (the share whose enhancer lies in the
    window), ``effect`` (mean true log ratio to genes without an enhancer), ``share`` (what of it is
    predicted), ``share_in`` and ``share_out`` (the same for genes whose enhancer lies in the window or
    outside it; None for fewer than three) and ``pearson_r`` of log(1 + predicted) and log(1 + expected),
    genes without an enhancer included.
    """
    found = found.assign(
        truth=_relative(found, "expected"),
        guess=_relative(found, "predicted"),
        lone=found["distance_bp"].isna(),
    )
    ranges = [*itertools.pairwise(EDGES_BP), (EDGES_BP[0], EDGES_BP[-1])]
    return [_row(found, low, high) for low, high in ranges]


def _relative(found: pd.DataFrame, column: str) -> pd.Series:
    """Return log counts less the mean of genes of the same code without an enhancer."""
    logs = np.log1p(found[column].astype(float))
    return logs - found["code"].map(logs[found["distance_bp"].isna()].groupby(found["code"]).mean())


def _row(found: pd.DataFrame, low: int, high: int) -> dict[str, Any]:
    here = found[found["distance_bp"].between(low, high, inclusive="left")]
    both = pd.concat([here, found[found["lone"]]])
    logs = [np.log1p(both[name].astype(float)) for name in ("predicted", "expected")]
    return {
        "from_bp": low,
        "to_bp": high,
        "n": len(here),
        "in_window": float(here["in_window"].mean()),
        "effect": float(here["truth"].mean()),
        "share": _share(here),
        "share_in": _share(here[here["in_window"]]),
        "share_out": _share(here[~here["in_window"]]),
        "pearson_r": float(np.corrcoef(*logs)[0, 1]),
    }


def _share(genes: pd.DataFrame) -> float | None:
    return float(genes["guess"].mean() / genes["truth"].mean()) if len(genes) >= 3 else None
