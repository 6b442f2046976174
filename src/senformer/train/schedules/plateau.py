"""A learning rate that falls where validation gets no better (``SCHEDULES["plateau"]``).

Its factor depends on what validation found; the state of the run keeps it (:mod:`senformer.train.patience`).
"""

from typing import ClassVar

from pydantic import Field

from senformer.train.schedules.schedule import Schedule


class Plateau(Schedule):
    """The rate times ``factor`` after ``patience`` validations without a new best.

    Attributes
    ----------
    metric
        Key of validation that is watched.
    factor
        What the rate is multiplied by.
    patience
        Validations without a new best after which it falls; the count then begins anew.
    min_delta
        By how much a value must beat the best to count as better.
    min_rate
        Smallest learning rate.
    """

    is_open_ended: ClassVar[bool] = True

    metric: str = "valid_pearson"
    factor: float = Field(default=0.5, gt=0, lt=1)
    patience: int = Field(default=5, gt=0)
    min_delta: float = Field(default=0.0, ge=0)
    min_rate: float = Field(default=0.0, ge=0)

    def at(self, step: int, n_steps: int) -> float:
        """Return 1: what plateaus have done to the rate is in the state of the run."""
        return 1.0
