"""Training: losses, schedules, the update, checkpoints, and the loop that ties them."""

from senformer.train.config import TrainConfig
from senformer.train.loop import train

__all__ = ["TrainConfig", "train"]
