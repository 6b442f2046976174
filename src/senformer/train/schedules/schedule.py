"""What a schedule is: options, and a factor on the learning rate at every step."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

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

    @property
    def watched(self) -> str | None:
        """Key of validation that the rate also depends on; None where it depends on the step alone."""
        return None

    def after(
        self, state: Mapping[str, Any] | None, value: float | None, learning_rate: float
    ) -> dict[str, Any] | None:
        """Return what the run keeps of a validation, with ``factor`` on the learning rate.

        Parameters
        ----------
        state
            What it kept of the one before; None at the first.
        value
            That of the key which is watched; None where validation has none.
        learning_rate
            Before any factor.
        """
        return None

    def check(self, learning_rate: float) -> None:
        """Raise where an option has no effect under a learning rate.

        Raises
        ------
        ConfigError
            The first such option.
        """
        return
