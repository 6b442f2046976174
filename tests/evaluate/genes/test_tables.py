import numpy as np
import pandas as pd
import pytest
from tests.oracles.genes import correlation, quantile_normalize, zscore

from senformer.evaluate.genes.experiments import Experiments
from senformer.evaluate.genes.tables import GENE_TRACKS, GENES, gene_tables, summarize_genes

N_GENES = 13
EXPERIMENTS = Experiments(
    ("a", "b", "c", "d", "e"), ("CAGE", "CAGE", "PRO-cap", "CAGE", "CAGE"), np.arange(10).reshape(5, 2)
)


@pytest.fixture
def sides():
    rng = np.random.default_rng(5)
    measured = rng.normal(2, 1, (N_GENES, 5)) + rng.normal(0, 2, (N_GENES, 1))
    return measured, measured + rng.normal(size=measured.shape)


@pytest.fixture
def genes():
    table = pd.DataFrame({"gene_id": [f"g{n}" for n in range(N_GENES)], "tss_true": range(N_GENES)})
    return table.assign(gene_name="n", gene_type="", chrom_true="chr1", strand="+")


def test_gene_tables__as_pandas_and_scipy(genes, sides):
    by_gene, by_track = gene_tables(genes, EXPERIMENTS, *sides)
    special = [np.zeros_like(side) for side in sides]
    for side, found in zip(sides, special, strict=True):
        for columns in ([0, 1, 3, 4], [2]):
            normal = quantile_normalize(side[:, columns])
            found[:, columns] = normal - normal.mean(axis=1, keepdims=True)
    for kind, name in (("pearson", "pearson_r"), ("spearman", "spearman_rho")):
        for table, column, pair in (
            (by_track, name, [side.T for side in sides]),
            (by_track, f"{name}_specific", [side.T for side in special]),
            (by_gene, name, [zscore(side) for side in sides]),
            (by_gene, f"{name}_specific", special),
        ):
            expected = [correlation(x, y, kind) for x, y in zip(*pair, strict=True)]
            # Of an assay of one track nothing is specific: a rounding from zero is no correlation.
            np.testing.assert_allclose(table[column], expected, atol=1e-9)
    assert by_track["pearson_r_specific"].isna().tolist() == [False, False, True, False, False]
    np.testing.assert_allclose(by_gene["mean_measured"], sides[0].mean(axis=1))
    np.testing.assert_allclose(by_gene["variance_measured"], zscore(sides[0]).var(axis=1))


def test_gene_tables__specificity_is_blind_to_what_all_tracks_share(genes, sides):
    measured, predicted = sides
    shared = np.random.default_rng(6).normal(0, 9, (N_GENES, 1))
    blind = predicted.mean(axis=1, keepdims=True) + shared + np.zeros_like(predicted)
    by_gene, by_track = gene_tables(genes, EXPERIMENTS, measured + shared, blind)
    assert by_track["pearson_r"].mean() > 0.8
    # A prediction that is one and the same for all tracks knows nothing of what differs between them.
    assert by_track["pearson_r_specific"].isna().all()
    assert by_gene["pearson_r_specific"].isna().all()


def test_gene_tables__fit_their_declarations(genes, sides, tmp_path):
    sides[1][3, 2] = np.nan
    by_gene, by_track = gene_tables(genes, EXPERIMENTS, *sides)
    GENES.write(tmp_path / "genes.parquet", by_gene)
    GENE_TRACKS.write(tmp_path / "tracks.parquet", by_track)
    assert by_gene["n"].tolist() == [5] * 3 + [4] + [5] * 9
    assert by_track["n"].tolist() == [13, 13, 12, 13, 13]


def test_summarize_genes__means_and_quarters(genes, sides):
    by_gene, by_track = gene_tables(genes, EXPERIMENTS, *sides)
    found = summarize_genes(by_gene, by_track)
    assert found["across_genes"]["pearson_r_mean"] == pytest.approx(by_track["pearson_r"].mean())
    assert found["across_genes"]["n_undefined_specific"] == 1
    assert found["across_tracks"]["spearman_rho_specific_mean"] == pytest.approx(
        by_gene["spearman_rho_specific"].mean()
    )
    cage = by_track[by_track["assay"] == "CAGE"]["pearson_r"]
    assert found["across_genes_by_assay"]["CAGE"]["pearson_r_mean"] == pytest.approx(cage.mean())
    strata = found["across_tracks_by_variance"]
    assert [one["n_genes"] for one in strata] == [3, 3, 3, 4]
    assert strata[0]["highest_variance"] < strata[1]["lowest_variance"]
    top = by_gene.nlargest(4, "variance_measured")
    assert strata[-1]["pearson_r_mean"] == pytest.approx(top["pearson_r"].mean())


def test_summarize_genes__nothing_defined(genes, sides):
    flat = np.ones_like(sides[0])
    found = summarize_genes(*gene_tables(genes, EXPERIMENTS, flat, flat))
    assert found["across_tracks"]["pearson_r_mean"] is None
    assert found["across_tracks"]["n_undefined"] == N_GENES
    assert found["across_tracks_by_variance"] == []
