"""Optimizers, one a file."""

from senformer.train.optimizers.adam import ADAM
from senformer.train.optimizers.adamw import ADAMW
from senformer.train.optimizers.rmsprop import RMSPROP
from senformer.train.optimizers.sgd import SGD

OPTIMIZERS = {"adam": ADAM, "adamw": ADAMW, "rmsprop": RMSPROP, "sgd": SGD}
