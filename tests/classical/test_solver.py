import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.svm import SVC, SVR

from senformer.classical.config import FitConfig
from senformer.classical.solver import fit_features, fit_kernel
from senformer.core.errors import MissingInputError

RNG = np.random.default_rng(1)
X = RNG.normal(size=(30, 4))
LABELS = (X[:, 0] + 0.5 * RNG.normal(size=30) > 0.3).astype(float)


def test_fit_kernel__decides_as_scikit_learn():
    kernel = X @ X.T
    found = fit_kernel(kernel, LABELS, classify=True, config=FitConfig(c=2, positive_weight=3))
    whole = SVC(kernel="precomputed", C=2, class_weight={0: 1, 1: 3}).fit(kernel, LABELS)
    np.testing.assert_allclose(kernel @ found.coefficients + found.intercept, whole.decision_function(kernel))
    found = fit_kernel(kernel, X[:, 1], classify=False, config=FitConfig(epsilon=0.2))
    whole = SVR(kernel="precomputed", epsilon=0.2).fit(kernel, X[:, 1])
    np.testing.assert_allclose(kernel @ found.coefficients + found.intercept, whole.predict(kernel))


def test_fit_features__separates_and_regresses():
    features = sparse.csr_matrix(X)
    machine = fit_features(features, LABELS, classify=True, config=FitConfig(class_weights="balanced"))
    assert (((X @ machine.coefficients + machine.intercept) > 0) == LABELS).mean() > 0.8
    machine = fit_features(features, X @ [1, 2, 0, 0], classify=False, config=FitConfig(c=100, epsilon=0))
    np.testing.assert_allclose(machine.coefficients, [1, 2, 0, 0], atol=0.01)


def test_fit_kernel__balanced_classes_weigh_alike():
    kernel = X @ X.T
    ratio = float((LABELS == 0).sum() / (LABELS == 1).sum())
    one = fit_kernel(kernel, LABELS, classify=True, config=FitConfig(class_weights="balanced"))
    other = fit_kernel(kernel, LABELS, classify=True, config=FitConfig(positive_weight=ratio))
    np.testing.assert_array_equal(one.coefficients, other.coefficients)


def test_fit_kernel__says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingInputError, match=r"pip install 'senformer\[classical\]'"):
        fit_kernel(np.eye(2), np.array([0.0, 1.0]), classify=True, config=FitConfig())
