"""A learning rate that falls along half a cosine (``SCHEDULES["cosine"]``).

Source: Loshchilov, Hutter 2017, arXiv:1608.03983, without restarts.
"""

import math

from pydantic import Field

from senformer.train.schedules.schedule import Schedule


class Cosine(Schedule):
    """1 at step 0, falling to ``final`` at ``n_steps`` (one past the last update).

    Attributes
    ----------
    final
        Share of the rate that is left at the end.

    Examples
    --------
    >>> [round(Cosine().at(step, 4), 3) for step in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """

    final: float = Field(default=0.0, ge=0, le=1)

    def at(self, step: int, n_steps: int) -> float:
        """Return the factor of a step."""
        wave = 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / max(1, n_steps))))
        return self.final + (1.0 - self.final) * wave
