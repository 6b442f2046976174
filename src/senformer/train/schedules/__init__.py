"""Learning rate after the warm-up, one kind a file: ``schedule(step, n_steps) -> factor``.

``step`` counts from 0 at the first update after the warm-up; ``n_steps`` is the number of those.
"""

from senformer.train.schedules.constant import constant
from senformer.train.schedules.cosine import cosine

SCHEDULES = {"constant": constant, "cosine": cosine}
