"""A learning rate that stays (``SCHEDULES["constant"]``), Enformer's."""

from typing import ClassVar

from senformer.train.schedules.schedule import Schedule


class Constant(Schedule):
    """1 at every step; no options."""

    is_open_ended: ClassVar[bool] = True

    def at(self, step: int, n_steps: int) -> float:
        """Return 1."""
        return 1.0
