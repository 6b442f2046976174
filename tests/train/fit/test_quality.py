import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from senformer.classical.fit import Fitted
from senformer.model import create_model
from senformer.train.fit.quality import cross_validated

MODEL = create_model("kmer_svm", word_bp=2)
RNG = np.random.default_rng(1)
DECISIONS = RNG.normal(size=(20, 2))
FOLDS = np.tile(np.arange(20)[:, None] % 2, (1, 2))
FOLDS[:3, 1] = -1


def test_cross_validated__areas_of_labels():
    labels = (RNG.random((20, 2)) > 0.5).astype(float)
    found = cross_validated(Fitted(MODEL, FOLDS, DECISIONS), labels, ["a", "b"], classify=True)
    assert [(line["track"], line["fold"], line["n"]) for line in found] == [
        ("a", 0, 10),
        ("a", 1, 10),
        ("a", None, 20),
        ("b", 0, 8),
        ("b", 1, 9),
        ("b", None, 17),
    ]
    assert found[5]["auroc"] == pytest.approx(roc_auc_score(labels[3:, 1], DECISIONS[3:, 1]))
    rows = FOLDS[:, 0] == 1
    assert found[1]["auprc"] == pytest.approx(average_precision_score(labels[rows, 0], DECISIONS[rows, 0]))


def test_cross_validated__correlation_of_values():
    values = DECISIONS + RNG.normal(size=(20, 2))
    values[:, 0] = 1
    found = cross_validated(Fitted(MODEL, FOLDS, DECISIONS), values, ["a", "b"], classify=False)
    assert found[2]["pearson_r"] is None
    assert found[5]["pearson_r"] == pytest.approx(np.corrcoef(values[3:, 1], DECISIONS[3:, 1])[0, 1])
    assert found[5]["mse"] == pytest.approx(((values - DECISIONS)[3:, 1] ** 2).mean())
