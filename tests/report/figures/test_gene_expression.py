import numpy as np
import pandas as pd

from senformer.report.figures.gene_expression import MOST_DOTS, gene_expression


def world(n_genes):
    rng = np.random.default_rng(1)
    measured = rng.normal(size=(n_genes, 4))
    measured[0], measured[1:, 2] = np.nan, np.nan
    tracks = pd.DataFrame(
        {"pearson_r": [0.5, 0.7, np.nan, 0.9], "pearson_r_specific": [-0.2, 0.1, np.nan, 0.4]}
    )
    return {"measured": measured, "predicted": measured + 1}, tracks


def test_gene_expression__says_the_means_and_is_the_same_twice():
    drawing = gene_expression(*world(9), "held-out windows")
    assert drawing.alt == "Mean Pearson r across genes: expression 0.700, specificity 0.100."
    assert "on held-out windows." in drawing.caption
    assert "are drawn" not in drawing.caption
    assert drawing.svg == gene_expression(*world(9), "held-out windows").svg


def test_gene_expression__many_genes_and_none():
    assert f"({MOST_DOTS:,} of 3,009 genes are drawn)" in gene_expression(*world(3010), "x").caption
    empty = {"measured": np.full((2, 4), np.nan), "predicted": np.full((2, 4), np.nan)}
    tracks = world(3)[1].assign(pearson_r=np.nan)
    assert "expression –" in gene_expression(empty, tracks, "x").alt
