"""Make a model from its name and a few overrides."""

from typing import Any

from senformer.core.config import Config, parse
from senformer.core.tables import choose
from senformer.model.sequence_model import SequenceModel
from senformer.model.zoo import MODELS


def model_config(name: str, overrides: dict[str, Any]) -> Config:
    """Return the configuration of a named model with some keys changed.

    A nested section keeps the model's own values for the keys it does not name, unless it names another
    ``kind``.

    Raises
    ------
    ConfigError
        The name or a key is unknown, or a value is wrong.
    """
    kind = choose(MODELS, name, "model")
    values = {**kind.defaults, **overrides}
    for key, default in kind.defaults.items():
        given = overrides.get(key)
        if isinstance(given, dict) and given.get("kind", default.get("kind")) == default.get("kind"):
            values[key] = {**default, **given}
    return parse(kind.config_class, values, f"model {name}")


def create_model(name: str, **overrides: Any) -> SequenceModel:
    """Return an untrained model from the zoo.

    Parameters
    ----------
    name
        A row of ``MODELS``, as ``senformer`` or ``deepstarr``.
    overrides
        Keys of the model's configuration; ``attention={"block_bins": 16}`` changes one nested key.

    Raises
    ------
    ConfigError
        The name or a key is unknown (the nearest known one is suggested), or a value is wrong.

    Notes
    -----
    Randomness: the initial values come from torch's default generator.

    Examples
    --------
    >>> model = create_model("senformer", channels=32, channel_divisor=8, n_layers=1, key_size=4,
    ...                      window_bp=2048, crop_bins=2, heads={"human": 3})
    >>> model.config.attention.kind, model.bin_bp
    ('bigbird', 128)
    """
    config = model_config(name, overrides)
    kind = MODELS[name]
    model = kind.build(name, config)
    # One that has a choice of strands reads both itself, or must read one.
    is_turned = kind.recipe.get("reverse_complement", True) and not hasattr(config, "both_strands")
    model.card.strands = "both" if is_turned else "forward"
    return model
