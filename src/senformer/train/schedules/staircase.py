"""A learning rate that falls by a factor every so many updates (``SCHEDULES["staircase"]``), Basenji's."""

from typing import ClassVar

from pydantic import Field

from senformer.train.schedules.schedule import Schedule


class Staircase(Schedule):
    """``factor`` to the power of how often ``every_steps`` updates have gone by.

    Attributes
    ----------
    factor, every_steps
        By default as Basenji had them.

    Examples
    --------
    >>> [Staircase(factor=0.5, every_steps=10).at(step, 100) for step in (0, 9, 10, 35)]
    [1.0, 1.0, 0.5, 0.125]
    """

    is_open_ended: ClassVar[bool] = True

    factor: float = Field(default=0.2, gt=0, le=1)
    every_steps: int = Field(default=200_000, gt=0)

    def at(self, step: int, n_steps: int) -> float:
        """Return the factor of a step."""
        return self.factor ** (step // self.every_steps)
