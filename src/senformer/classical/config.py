"""Settings of a fit: the ``train`` section of a model whose trainer is ``fit``."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from senformer.core.config import Config


class FitConfig(Config):
    """How a support vector machine is fitted.

    Attributes
    ----------
    seed
        Of the folds of cross-validation, and of the solver of linear machines.
    c
        What an example on the wrong side costs.
    epsilon
        How far off a value costs nothing; of regression alone.
    tolerance
        When the solver stops.
    class_weights, positive_weight
        ``balanced`` weighs both classes alike; a factor on the cost of the 1s besides. Of classes alone.
    cross_validation
        Folds of the training examples that are predicted by machines fitted to the others; 0 for none.
    cache_mib
        Memory of the solver of gapped kernels.
    threads
        Of a gapped kernel; None for torch's.
    """

    READ_UNDER: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {
        "epsilon": ("task", ("regress",)),
        "class_weights": ("task", ("classify",)),
        "positive_weight": ("task", ("classify",)),
        "cache_mib": ("model", ("gkm_svm",)),
        "threads": ("model", ("gkm_svm",)),
    }

    seed: int = 1
    c: float = Field(default=1.0, gt=0)
    epsilon: float = Field(default=0.1, ge=0)
    tolerance: float = Field(default=1e-3, gt=0)
    class_weights: Literal["none", "balanced"] = "none"
    positive_weight: float = Field(default=1.0, gt=0)
    cross_validation: int = Field(default=0, ge=0)
    cache_mib: int = Field(default=500, ge=1)
    threads: int | None = Field(default=None, ge=1)
