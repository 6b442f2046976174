"""A learning rate that falls along a line (``SCHEDULES["linear"]``)."""

from pydantic import Field

from senformer.train.schedules.schedule import Schedule


class Linear(Schedule):
    """1 at step 0, falling to ``final`` at ``n_steps`` (one past the last update).

    Attributes
    ----------
    final
        Share of the rate that is left at the end.

    Examples
    --------
    >>> [Linear(final=0.2).at(step, 4) for step in range(4)]
    [1.0, 0.8, 0.6, 0.4]
    """

    final: float = Field(default=0.0, ge=0, le=1)

    def at(self, step: int, n_steps: int) -> float:
        """Return the factor of a step."""
        return 1.0 - (1.0 - self.final) * min(1.0, step / max(1, n_steps))
