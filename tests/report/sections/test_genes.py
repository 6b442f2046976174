from dataclasses import replace

import numpy as np
import pandas as pd
from tests.report.toy import write_evaluation

from senformer.core.commit import commit_file
from senformer.report.figures import FIGURES, Drawing
from senformer.report.inputs import read_evaluation
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.genes import genes_section

MEANS = {f"{kind}{after}_mean": 0.25 for kind in ("pearson_r", "spearman_rho") for after in ("", "_specific")}
GENES = {
    "n_genes": 7,
    "n_rows": 12,
    "n_tracks": 3,
    "n_other_type": 0,
    "n_further_starts": 2,
    "dropped": {"outside_split": 3, "masked": 0},
    "windows": "centered",
    "n_bins": 3,
    "across_genes": {**MEANS, "n_undefined": 0, "n_undefined_specific": 1},
    "across_tracks": {**MEANS, "pearson_r_mean": None, "n_undefined": 7, "n_undefined_specific": 4},
}


def test_genes_section__counts_numbers_and_figure(tmp_path, monkeypatch):
    folder = write_evaluation(tmp_path / "e")
    arrays = {"measured": np.ones((2, 3)), "predicted": np.ones((2, 3))}
    commit_file(folder / "gene_values.npz", lambda path: np.savez(path, allow_pickle=False, **arrays))
    pd.DataFrame({"pearson_r": [0.5]}).to_parquet(folder / "gene_tracks.parquet")
    found = read_evaluation(folder)
    monkeypatch.setitem(FIGURES, "gene_expression", lambda *_: Drawing("<svg/>", "stub of genes", ""))
    made = genes_section(replace(found, metrics={**found.metrics, "genes": GENES}), FigureCounter())
    assert "7 genes of 12 in the file, 3 experiments, windows centered, 3 bins" in made
    assert "Left out: further starts 2, outside split 3." in made
    assert "stub of genes" in made
    assert "across experiments, specificity" in made
    assert "–" in made


def test_genes_section__without_the_values_there_is_no_figure(tmp_path):
    found = read_evaluation(write_evaluation(tmp_path / "e"))
    assert found.gene_values is None
    made = genes_section(replace(found, metrics={**found.metrics, "genes": GENES}), FigureCounter())
    assert "<figure" not in made
