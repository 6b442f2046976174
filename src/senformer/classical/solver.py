"""Support vector machines of scikit-learn, as plain arrays: of a kernel matrix, or of features."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64
from scipy import sparse

from senformer.classical.config import FitConfig
from senformer.core.errors import MissingInputError

Values = Float64[np.ndarray, " row"]


@dataclass(frozen=True)
class Machine:
    """A fitted machine: the decision is a sum over rows of the kernel, or over features, and the intercept.

    Attributes
    ----------
    coefficients
        Of every row that it was fitted to, 0 where it is no support vector; or of every feature.
    intercept
        What is added.
    """

    coefficients: Float64[np.ndarray, " _each"]
    intercept: float


def fit_kernel(
    kernel: Float64[np.ndarray, "row row"], values: Values, *, classify: bool, config: FitConfig
) -> Machine:
    """Return the machine of a kernel matrix; labels are 0 and 1."""
    svm = _scikit_learn()
    options = {
        "kernel": "precomputed",
        "C": config.c,
        "tol": config.tolerance,
        "cache_size": config.cache_mib,
    }
    if classify:
        found = svm.SVC(**options, class_weight=_class_weights(values, config))
        found.fit(kernel, values > 0.5)
    else:
        found = svm.SVR(**options, epsilon=config.epsilon)
        found.fit(kernel, values)
    coefficients = np.zeros(len(values))
    coefficients[found.support_] = found.dual_coef_[0]
    return Machine(coefficients, float(found.intercept_[0]))


def fit_features(
    features: sparse.csr_matrix, values: Values, *, classify: bool, config: FitConfig
) -> Machine:
    """Return the linear machine of features; labels are 0 and 1."""
    svm = _scikit_learn()
    options: dict[str, Any] = {"C": config.c, "tol": config.tolerance, "random_state": config.seed % 2**32}
    with warnings.catch_warnings():
        # A fit that ends early is told by its cross-validation.
        warnings.filterwarnings("ignore", "Liblinear failed to converge")
        if classify:
            found = svm.LinearSVC(**options, class_weight=_class_weights(values, config))
            found.fit(features, values > 0.5)
        else:
            found = svm.LinearSVR(**options, epsilon=config.epsilon)
            found.fit(features, values)
    return Machine(np.ravel(found.coef_).astype(np.float64), float(np.ravel(found.intercept_)[0]))


def _class_weights(labels: Values, config: FitConfig) -> dict[bool, float]:
    positive = config.positive_weight
    if config.class_weights == "balanced":
        n_positive = (labels > 0.5).sum()
        positive *= (len(labels) - n_positive) / n_positive
    return {False: 1.0, True: float(positive)}


def _scikit_learn() -> Any:
    try:
        from sklearn import svm
    except ImportError as fault:
        raise MissingInputError(
            "E593",
            "a support vector machine",
            "scikit-learn, which fits it, is not installed",
            "Run: pip install 'senformer[classical]'",
        ) from fault
    return svm
