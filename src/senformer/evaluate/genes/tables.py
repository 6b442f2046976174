"""What is said of genes: declared columns, a row a gene and a row an experiment, and the means over them."""

from typing import Any

import numpy as np
import pandas as pd

from senformer.core.schema import Column, TableSchema
from senformer.evaluate.genes.correlate import pearson_rows, spearman_rows
from senformer.evaluate.genes.experiments import Experiments
from senformer.evaluate.genes.normalize import specific, standardize
from senformer.evaluate.genes.values import Expression

N_STRATA = 4
_KINDS = {"pearson_r": pearson_rows, "spearman_rho": spearman_rows}
METRICS = tuple(f"{kind}{after}" for after in ("", "_specific") for kind in _KINDS)
_ACROSS_TRACKS = "across tracks, of values standardized within each track; null where undefined"
_SPECIFIC = "after quantile normalization within the assay, less the gene's mean; null where undefined"


def _metric_columns(plain: str) -> tuple[Column, ...]:
    return (
        Column("pearson_r", "float64", "", f"Pearson's r {plain}", nullable=True),
        Column("spearman_rho", "float64", "", f"Spearman's rho {plain}", nullable=True),
        Column("pearson_r_specific", "float64", "", f"Pearson's r {_SPECIFIC}", nullable=True),
        Column("spearman_rho_specific", "float64", "", f"Spearman's rho {_SPECIFIC}", nullable=True),
    )


GENES = TableSchema(
    "accuracy per gene",
    (
        Column("gene_id", "string", "", "identifier in the file of genes"),
        Column("gene_name", "string", "", "name there, or the identifier"),
        Column("gene_type", "string", "", "type there, or empty"),
        Column("chrom", "string", "", "chromosome"),
        Column("tss", "int64", "0-based", "transcription start"),
        Column("strand", "string", "", "+, - or . (none)"),
        Column("n", "int64", "experiments", "experiments with a measured value"),
        Column("mean_measured", "float64", "log(1 + x)", "mean measured expression over them", nullable=True),
        Column(
            "mean_predicted", "float64", "log(1 + x)", "mean predicted expression over them", nullable=True
        ),
        Column(
            "variance_measured",
            "float64",
            "",
            "variance over them of the standardized measured values",
            nullable=True,
        ),
        Column("stratum", "int64", "", "quarter of the genes by that variance, 1 the least", nullable=True),
        *_metric_columns(_ACROSS_TRACKS),
    ),
)

GENE_TRACKS = TableSchema(
    "accuracy across genes per experiment",
    (
        Column("name", "string", "", "track, or of a strand pair that of the plus strand"),
        Column("assay", "string", "", "assay of the track"),
        Column("track_plus", "int64", "0-based", "column that genes on + are read from; -1 for none"),
        Column("track_minus", "int64", "0-based", "column that genes on - are read from; -1 for none"),
        Column("n", "int64", "genes", "genes with a measured and a predicted value"),
        *_metric_columns("across genes; null where undefined"),
    ),
)


def gene_tables(
    genes: pd.DataFrame, experiments: Experiments, measured: Expression, predicted: Expression
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return :data:`GENES` and :data:`GENE_TRACKS` of logarithmic expression."""
    unknown = np.isnan(measured) | np.isnan(predicted)
    sides = [np.where(unknown, np.nan, side) for side in (measured, predicted)]
    standard = [standardize(side) for side in sides]
    special = [specific(side, experiments.assays) for side in sides]
    n = (~unknown).sum(axis=1)
    variance = _variance(standard[0])
    by_gene = pd.DataFrame(
        {
            **{key: genes[key] for key in ("gene_id", "gene_name", "gene_type")},
            "chrom": genes["chrom_true"],
            "tss": genes["tss_true"],
            "strand": genes["strand"],
            "n": n,
            "mean_measured": _mean(sides[0]),
            "mean_predicted": _mean(sides[1]),
            "variance_measured": variance,
            "stratum": _strata(variance),
            **_correlations(standard, special),
        }
    )
    by_track = pd.DataFrame(
        {
            "name": experiments.names,
            "assay": experiments.assays,
            "track_plus": experiments.columns[:, 0],
            "track_minus": experiments.columns[:, 1],
            "n": (~unknown).sum(axis=0),
            **_correlations([side.T for side in sides], [side.T for side in special]),
        }
    )
    return by_gene, by_track


def _correlations(plain: list[Expression], special: list[Expression]) -> dict[str, np.ndarray]:
    return {
        f"{kind}{after}": function(*pair)
        for after, pair in (("", plain), ("_specific", special))
        for kind, function in _KINDS.items()
    }


def _mean(values: Expression) -> np.ndarray:
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)


def _variance(values: Expression) -> np.ndarray:
    return _mean((values - _mean(values)[:, None]) ** 2)


def _strata(variance: np.ndarray) -> pd.Series:
    """Return the quarter of each gene by variance, equal in number; none where it has no variance."""
    ranks = pd.Series(variance).rank(method="first")
    return np.ceil(ranks / ranks.count() * N_STRATA).astype("Int64")


def summarize_genes(by_gene: pd.DataFrame, by_track: pd.DataFrame) -> dict[str, Any]:
    """Return the means over tracks and over genes, with how many have no correlation."""
    strata = by_gene.groupby("stratum", sort=True)
    return {
        "n_genes": len(by_gene),
        "n_tracks": len(by_track),
        "across_genes": _means(by_track),
        "across_genes_by_assay": {str(name): _means(rows) for name, rows in by_track.groupby("assay")},
        "across_tracks": _means(by_gene),
        "across_tracks_by_variance": [
            {
                "n_genes": len(rows),
                "lowest_variance": float(rows["variance_measured"].min()),
                "highest_variance": float(rows["variance_measured"].max()),
                **_means(rows),
            }
            for _, rows in strata
        ],
    }


def _means(table: pd.DataFrame) -> dict[str, Any]:
    values = {
        f"{metric}_mean": float(table[metric].mean()) if table[metric].notna().any() else None
        for metric in METRICS
    }
    undefined = {
        f"n_undefined{after}": int(table[f"pearson_r{after}"].isna().sum()) for after in ("", "_specific")
    }
    return {**values, **undefined}
