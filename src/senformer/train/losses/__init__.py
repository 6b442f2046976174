"""Losses of training, one kind a file: ``loss(prediction, target) -> scalar``."""

from senformer.train.losses.mse import mse
from senformer.train.losses.poisson import poisson

LOSSES = {"mse": mse, "poisson": poisson}
