import numpy as np
import pytest
import torch
from tests.classical.toy import planted

from senformer.classical.config import FitConfig
from senformer.classical.fit import fit_model
from senformer.classical.folds import split_folds

SECTIONS = {
    "gkm_svm": {"word_bp": 6, "known_bp": 4, "max_mismatches": 2},
    "kmer_svm": {"word_bp": 4},
}


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("task", ["classify", "regress"])
def test_fit_model__learns_a_planted_motif(name, task):
    codes, labels = planted(80)
    targets = np.stack([labels, 1 - labels], axis=1)
    targets[3, 1] = np.nan
    section = {**SECTIONS[name], "window_bp": codes.shape[1], "heads": {"cells": 2}, "task": task}
    fitted = fit_model(name, section, codes, targets, FitConfig(cross_validation=4))
    with torch.no_grad():
        found = fitted.model(torch.from_numpy(codes))["cells"][:, 0].numpy()
    middle = 0 if task == "classify" else 0.5
    assert ((found[:, 0] > middle) == labels).mean() > 0.9
    assert np.corrcoef(found.T)[0, 1] < -0.9
    # Of a row that was not measured no fold says anything; what the others say is better than chance.
    assert (fitted.folds[3].tolist()[1], bool(np.isnan(fitted.decisions[3, 1]))) == (-1, True)
    held_out = fitted.decisions[:, 0]
    assert held_out[labels == 1].mean() > held_out[labels == 0].mean() + 0.3


def test_fit_model__held_out_decisions_are_of_machines_without_the_fold():
    codes, labels = planted(40)
    section = {**SECTIONS["gkm_svm"], "window_bp": codes.shape[1], "heads": {"cells": 1}}
    config = FitConfig(cross_validation=4)
    fitted = fit_model("gkm_svm", section, codes, labels[:, None], config)
    folds = split_folds(labels, np.arange(len(labels)), 4, config.seed, classify=True)
    np.testing.assert_array_equal(fitted.folds[:, 0], folds)
    rest = fit_model("gkm_svm", section, codes[folds != 2], labels[folds != 2, None], FitConfig())
    found = rest.model(torch.from_numpy(codes[folds == 2]))["cells"][:, 0, 0]
    np.testing.assert_allclose(found, fitted.decisions[folds == 2, 0], rtol=1e-4, atol=1e-5)


def test_fit_model__support_vectors_lie_at_the_start_of_their_rows():
    codes, labels = planted(40, pad=7)
    section = {**SECTIONS["gkm_svm"], "window_bp": codes.shape[1], "heads": {"cells": 1}}
    model = fit_model("gkm_svm", section, codes, labels[:, None], FitConfig()).model
    assert (model.config.support_bp, bool((model.support < 4).all())) == (codes.shape[1] - 14, True)
    assert model.config.n_support == int((model.coefficients != 0).sum())
