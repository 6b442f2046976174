"""Learning rate after the warm-up, one kind a file."""

from senformer.train.schedules.constant import Constant
from senformer.train.schedules.cosine import Cosine
from senformer.train.schedules.inverse_time import InverseTime
from senformer.train.schedules.linear import Linear
from senformer.train.schedules.plateau import Plateau
from senformer.train.schedules.schedule import Schedule
from senformer.train.schedules.staircase import Staircase
from senformer.train.schedules.stairs import Stairs

SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "cosine": Cosine,
    "inverse_time": InverseTime,
    "linear": Linear,
    "plateau": Plateau,
    "staircase": Staircase,
    "stairs": Stairs,
}
