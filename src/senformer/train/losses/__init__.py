"""Losses of training, one kind a file: ``loss(prediction, target, weight, **options) -> scalar``."""

from senformer.train.losses.binary_cross_entropy import binary_cross_entropy
from senformer.train.losses.cosine import cosine
from senformer.train.losses.mse import mse
from senformer.train.losses.multinomial_mse import multinomial_mse
from senformer.train.losses.pearson import pearson
from senformer.train.losses.poisson import poisson
from senformer.train.losses.poisson_multinomial import poisson_multinomial

LOSSES = {
    "binary_cross_entropy": binary_cross_entropy,
    "cosine": cosine,
    "mse": mse,
    "multinomial_mse": multinomial_mse,
    "pearson": pearson,
    "poisson": poisson,
    "poisson_multinomial": poisson_multinomial,
}
