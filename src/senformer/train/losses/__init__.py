"""Losses of training, one kind a file: ``loss(prediction, target) -> scalar``."""

from senformer.train.losses.poisson import poisson

LOSSES = {"poisson": poisson}
