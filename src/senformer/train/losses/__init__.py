"""Losses of training, one kind a file: ``loss(prediction, target, weight, **options) -> scalar``."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial

from torch import Tensor

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.core.tables import choose
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


def make_loss(name: str, options: Mapping[str, float]) -> Callable[..., Tensor]:
    """Return the loss called ``name`` with its options given.

    Raises
    ------
    ConfigError
        There is no such loss, or it has no such option, or one is negative.
    """
    loss = choose(LOSSES, name, "loss")
    kinds = inspect.signature(loss).parameters.values()
    known = [kind.name for kind in kinds if kind.kind is inspect.Parameter.KEYWORD_ONLY]
    for option, value in options.items():
        if option not in known:
            has = f"has only {', '.join(known)}" if known else "has none"
            found = f"the {name} loss has no option {option!r}, it {has}"
            raise ConfigError("E619", "train.loss_options", found, nearest(option, known))
        if not 0 <= value < float("inf"):
            raise ConfigError(
                "E619", f"train.loss_options.{option}", f"is {value}", "Give a number from 0 on."
            )
    return partial(loss, **options) if options else loss
