"""A learning rate that falls where validation gets no better (``SCHEDULES["plateau"]``).

Its factor depends on what validation found; the state of the run keeps it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from senformer.core.errors import ConfigError
from senformer.train.patience import wait
from senformer.train.schedules.schedule import Schedule
from senformer.train.scores import watch_of


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

    @property
    def watched(self) -> str:
        """The metric."""
        return self.metric

    def after(
        self, state: Mapping[str, Any] | None, value: float | None, learning_rate: float
    ) -> dict[str, Any]:
        """Return the best value, how many validations have come since, and the factor that is due now."""
        factor = 1.0 if state is None else state["factor"]
        after = wait(state, value, watch_of(self.metric, self.min_delta))
        if after["waited"] >= self.patience:
            factor = max(factor * self.factor, min(factor, self.min_rate / learning_rate))
            after = after | {"waited": 0}
        return after | {"factor": factor}

    def check(self, learning_rate: float) -> None:
        """Refuse a smallest rate that is no smaller than the rate itself."""
        if self.min_rate >= learning_rate:
            found = f"is {self.min_rate:g}, so that the rate of {learning_rate:g} never falls"
            raise ConfigError("E676", "train.schedule_options.min_rate", found, "Give a smaller one.")
