"""A learning rate that falls in equal stairs (``SCHEDULES["stairs"]``)."""

from pydantic import Field

from senformer.train.schedules.schedule import Schedule


class Stairs(Schedule):
    """The rate times ``factor`` at the beginning of each stair but the first, of ``n_stairs`` of one length.

    Attributes
    ----------
    n_stairs
        Into how many stairs the run is divided.
    factor
        What the rate is multiplied by from one to the next.

    Examples
    --------
    >>> [Stairs(n_stairs=2, factor=0.5).at(step, 5) for step in range(5)]
    [1.0, 1.0, 1.0, 0.5, 0.5]
    """

    n_stairs: int = Field(default=5, ge=2)
    factor: float = Field(default=0.5, gt=0, lt=1)

    def at(self, step: int, n_steps: int) -> float:
        """Return the factor of a step."""
        stair = step * self.n_stairs // max(1, n_steps)
        return self.factor ** min(stair, self.n_stairs - 1)
