"""Losses of training, one kind a file: ``loss(prediction, target) -> scalar``."""

from senformer.train.losses.binary_cross_entropy import binary_cross_entropy
from senformer.train.losses.mse import mse
from senformer.train.losses.poisson import poisson

LOSSES = {"binary_cross_entropy": binary_cross_entropy, "mse": mse, "poisson": poisson}
