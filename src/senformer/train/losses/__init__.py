"""Losses of training, one kind a file: ``loss(prediction, target, weight, **options) -> scalar``."""

from senformer.train.losses.binary_cross_entropy import BINARY_CROSS_ENTROPY
from senformer.train.losses.cosine import COSINE
from senformer.train.losses.kind import Loss
from senformer.train.losses.labels_mse import LABELS_MSE
from senformer.train.losses.mse import MSE
from senformer.train.losses.multinomial_mse import MULTINOMIAL_MSE
from senformer.train.losses.pearson import PEARSON
from senformer.train.losses.poisson import POISSON
from senformer.train.losses.poisson_multinomial import POISSON_MULTINOMIAL

LOSSES: dict[str, Loss] = {
    "binary_cross_entropy": BINARY_CROSS_ENTROPY,
    "cosine": COSINE,
    "labels_mse": LABELS_MSE,
    "mse": MSE,
    "multinomial_mse": MULTINOMIAL_MSE,
    "pearson": PEARSON,
    "poisson": POISSON,
    "poisson_multinomial": POISSON_MULTINOMIAL,
}
