"""What a schedule is: options, and a factor on the learning rate at every step."""

from abc import ABC, abstractmethod
from typing import ClassVar

from senformer.core.config import Config


class Schedule(Config, ABC):
    """Base of all schedules; the fields of one are its options.

    Attributes
    ----------
    is_open_ended
        Whether the factor does not depend on the number of steps: such a run can be lengthened.
    """

    is_open_ended: ClassVar[bool] = False

    @abstractmethod
    def at(self, step: int, n_steps: int) -> float:
        """Return the factor on the learning rate.

        ``step`` counts from 0 at the first update after the warm-up; ``n_steps`` is the number of those.
        """
