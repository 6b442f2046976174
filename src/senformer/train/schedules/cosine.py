"""A learning rate that falls along half a cosine to zero (``SCHEDULES["cosine"]``).

Source: Loshchilov, Hutter 2017, arXiv:1608.03983, without restarts.
"""

import math


def cosine(step: int, n_steps: int) -> float:
    """Return 1 at step 0, falling to 0 at ``n_steps`` (one past the last update).

    Examples
    --------
    >>> [round(cosine(step, 4), 3) for step in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / max(1, n_steps))))
