"""A loss by its name, with its options."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial

from torch import Tensor

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.train.losses import LOSSES


def make_loss(name: str, options: Mapping[str, float]) -> Callable[..., Tensor]:
    """Return the loss called ``name`` with its options given.

    Raises
    ------
    ConfigError
        There is no such loss, or it has no such option, or one is negative.
    """
    loss = choose(LOSSES, name, "loss")
    kinds = inspect.signature(loss.function).parameters.values()
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
