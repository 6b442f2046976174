import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from senformer.workflow.planted import auroc, measure_planted, read_truth

TRUTH = """chrom\tstart\tref\talt\tid\tkind\tmotif\telement\teffect_total\tplus\tminus
chr1\t4\tA\tC\tv0\tbreak\tSP1\te0\t30\t-30\t0
chr2\t5\tA\tG\tv1\tbreak\tSP1\te1\t30\t-20\t-10
chr2\t6\tA\tT\tv2\tcontrol\t\t\t0\t0\t0
chr2\t7\tA\tT\tv3\tweaken\tNFY\te2\t12\t-2\t10
chr2\t8\tG\tT\tv4\tcreate\tNFY\te2\t16\t16\t0
"""
KEYS = ["chr1:5:A>C", "chr2:6:A>G", "chr2:7:A>T", "chr2:8:A>T", "chr2:9:G>T"]


@pytest.fixture
def truth(tmp_path):
    (tmp_path / "variants.tsv").write_text(TRUTH)
    return read_truth(tmp_path / "variants.tsv")


def scored(values):
    return pd.DataFrame(
        {
            "key": np.repeat(KEYS, 2),
            "chrom": np.repeat(["chr1", "chr2", "chr2", "chr2", "chr2"], 2),
            "track_name": ["plus", "minus"] * len(KEYS),
            "SAR": np.ravel(values),
        }
    )


def test_auroc__equals_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    labels = rng.random(50) < 0.3
    scores = np.round(rng.random(50) + 0.3 * labels, 1)
    assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_auroc__one_class_alone_is_nan():
    assert np.isnan(auroc(np.array([1.0, 2.0]), np.array([True, True])))


def test_measure_planted__held_out_variants_alone_with_their_signs(truth):
    found = measure_planted(scored([[9, 9], [-2, 0.5], [0.3, -0.5], [0.1, -0.2], [3, 0]]), truth, ["chr2"])
    # |effect|, mean of two tracks: break 1.25, control 0.4, weaken 0.15, create 1.5: two in three above it
    assert found["auroc_planted"] == 1.0
    assert found["auroc_all"] == pytest.approx(2 / 3)
    # on the track that changes most: -2 for -20, -0.2 for 10, 3 for 16
    assert found["sign_right"] == pytest.approx(2 / 3)
    assert found["spearman_main"] == pytest.approx(spearmanr([-2, -0.2, 3], [-20, 10, 16]).statistic)
    assert found["spearman_size"] == pytest.approx(spearmanr([1.25, 0.4, 0.15, 1.5], [15, 0, 6, 8]).statistic)
    assert [found[n] for n in ("n_break", "n_planted", "n_control")] == [1, 3, 1]


def test_measure_planted__without_planted_variants_is_nan(truth):
    kept = scored(np.zeros((5, 2))).iloc[4:6]
    found = measure_planted(kept, truth, ["chr2"])
    assert np.isnan([found[n] for n in ("auroc_planted", "sign_right", "spearman_main")]).all()
    assert found["n_control"] == 1
