"""A learning rate that falls as one over the steps (``SCHEDULES["inverse_time"]``), Torch7's.

Source: ``learningRateDecay`` of Torch7's optim, as DeepSEA was trained.
"""

from typing import ClassVar

from pydantic import Field

from senformer.train.schedules.schedule import Schedule


class InverseTime(Schedule):
    """``1 / (1 + decay * step)``.

    Attributes
    ----------
    decay
        By how much the divisor grows at every update; by default as DeepSEA had it.

    Examples
    --------
    >>> [InverseTime(decay=0.5).at(step, 3) for step in (0, 2, 6)]
    [1.0, 0.5, 0.25]
    """

    is_open_ended: ClassVar[bool] = True

    decay: float = Field(default=8e-7, gt=0)

    def at(self, step: int, n_steps: int) -> float:
        """Return the factor of a step."""
        return 1.0 / (1.0 + self.decay * step)
