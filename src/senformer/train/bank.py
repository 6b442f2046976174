"""The frozen network inside a model: its weights come from a training of its own."""

import logging
from typing import Any

from senformer.core.errors import ConfigError
from senformer.predict.source import load_run_model

log = logging.getLogger(__name__)


def fill_bank(model: Any) -> None:
    """Give a model's bank the weights that ``model.bank_from`` names; a model without a bank is left alone.

    Raises
    ------
    MissingInputError, DataError
        There is no such model, or it is damaged.
    ConfigError
        It is another model than the bank, or of other sizes.
    """
    if not hasattr(model, "take_bank"):
        return
    path = model.config.bank_from
    if path is None:
        log.warning("warning: the bank of %s has random weights; name a model by model.bank_from", model.name)
        return
    source = load_run_model(path)
    wanted, todo = model.config.bank, "Train the bank's model, or give model.bank the sizes of this one."
    try:
        if source.config.activation != wanted.activation:
            raise RuntimeError(f"activation {source.config.activation}, the bank's is {wanted.activation}")
        model.take_bank(source)
    except (RuntimeError, AttributeError) as fault:
        found = f"is a {source.name} that does not fit ({' '.join(str(fault).split())[:200]})"
        raise ConfigError("E637", f"model.bank_from {path}", found, todo) from fault
