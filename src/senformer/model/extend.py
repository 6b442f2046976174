"""The same weights for another window, or under another attention kind."""

from typing import Any

import torch

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.model.load import assign_tensors
from senformer.model.sequence_model import SequenceModel
from senformer.model.trunk_model import TrunkModel, as_trunk
from senformer.model.zoo import MODELS

_TODO = "Choose settings of the same tensors, or train the model anew."


def extend(
    model: SequenceModel,
    *,
    window_bp: int | None = None,
    crop_bins: int | None = None,
    attention: str | dict[str, Any] | None = None,
) -> TrunkModel:
    """Return a model of the same weights for another window, crop or attention kind.

    The basis of distances stays the one that the weights were made for, evaluated further out: what a
    distance means to the model does not change with its window. So does the crop, unless it is given.

    Parameters
    ----------
    model
        Any model with a transformer. It shares its tensors with the one returned: what is written into one's
        weights, by training for instance, is in the other's too. Modes, frozen parameters, ``recompute``
        and the attention backends are kept as well.
    window_bp
        Bases of the new window, whole bins; by default the model's own.
    crop_bins
        Bins dropped at each end; by default the model's own number.
    attention
        A kind with its defaults (``bigbird``), or a kind with its keys as a dictionary; of the model's own
        kind, the keys that are not given keep its values.

    Raises
    ------
    ConfigError
        The model has no transformer, the window is no whole number of bins, the crop leaves none of it,
        the attention kind or one of its keys is unknown or needs tensors that these weights lack, or the
        model has nothing of the kind to change.
    DataError
        The attention's keys need tensors of other shapes.

    Examples
    --------
    >>> import senformer
    >>> model = senformer.create_model("enformer", channels=32, channel_divisor=8, n_layers=1, key_size=4,
    ...                                window_bp=2048, crop_bins=2, heads={"human": 3})
    >>> longer = senformer.extend(model, window_bp=8192, attention="bigbird")
    >>> longer.window_bp, longer.config.position_bins, longer.config.attention.kind
    (8192, 16, 'bigbird')
    """
    model = as_trunk(model, "extend", "Train the model anew for another window.")
    kind = choose(MODELS, model.name, "model")
    values = model.config.model_dump(mode="json")
    changes: dict[str, Any] = {"window_bp": window_bp, "crop_bins": crop_bins}
    changes["attention"] = _attention(values.get("attention", {}), attention)
    for key, value in changes.items():
        if value is None:
            continue
        if key not in values:
            raise ConfigError("E540", f"model {model.name}", f"it has no {key!r} to change", "Leave it out.")
        values[key] = value
    config: Any = parse(kind.config_class, values, f"model {model.name}")
    with torch.device("meta"):
        extended: Any = kind.build(model.name, config)
    tensors = model.state_dict()
    if other := tensors.keys() ^ extended.state_dict().keys():
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        found = f"has other tensors than these weights ({min(other)!r}{more})"
        raise ConfigError("E539", f"attention {config.attention.kind!r}", found, _TODO)
    assign_tensors(extended, tensors, f"model {model.name}", _TODO)
    sizes = {"window_bp": extended.window_bp, "crop_bins": extended.crop_bins}
    extended.card = model.card.model_copy(update={**sizes, "golden": {}, "sha256": "", "has_sums": False})
    _keep_settings(model, extended)
    return extended


def _keep_settings(model: TrunkModel, extended: TrunkModel) -> None:
    """Take over what is set of a model beside its configuration."""
    extended.recompute = model.recompute
    modes = {name: module.training for name, module in model.named_modules()}
    for name, module in extended.named_modules():
        module.training = modes.get(name, model.training)
    for name, parameter in extended.named_parameters():
        parameter.requires_grad_(model.get_parameter(name).requires_grad)
    for old, new in zip(model.transformer, extended.transformer, strict=True):
        if hasattr(old.attention, "backend") and hasattr(new.attention, "backend"):
            new.attention.backend = old.attention.backend


def _attention(own: dict[str, Any], given: str | dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    given = {"kind": given} if isinstance(given, str) else given
    return {**own, **given} if given.get("kind", own.get("kind")) == own.get("kind") else given
