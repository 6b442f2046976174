"""Make a model of foreign weights: the row of ``MODELS``, its window, and a card that says whence."""

from typing import Any

import torch

from senformer.core.errors import ConfigError, DataError
from senformer.core.provenance import versions
from senformer.core.tables import choose
from senformer.model.create import create_model, model_config
from senformer.model.load import assign_tensors
from senformer.model.sequence_model import SequenceModel
from senformer.model.weights.foreign import Foreign
from senformer.model.zoo import MODELS


def adopt(
    foreign: Foreign, where: str, *, model: str | None = None, basis_bp: int | None = None
) -> SequenceModel:
    """Return a model in evaluation mode that has the foreign tensors as its own.

    Parameters
    ----------
    foreign
        What a source returned.
    where
        The source, for messages.
    model
        The row of ``MODELS``, where it is not the source's: its attention is taken too.
    basis_bp
        The window that the weights were made for, where the source does not say it; by default the model's
        published one.

    Raises
    ------
    ConfigError
        No such model, or one of other sizes; the window does not fit.
    DataError
        The tensors are not those of the model, or its strand pairs are none.
    """
    name = model or foreign.model
    kind = choose(MODELS, name, "model")
    if kind.config_class is not MODELS[foreign.model].config_class:
        found = f"has other tensors than {foreign.model}, whose weights these are"
        raise ConfigError("E538", f"model {name!r}", found, "Leave --model out.")
    overrides = foreign.overrides | _window(foreign, basis_bp)
    if name != foreign.model:
        overrides.pop("attention", None)
    with torch.device("meta"):
        adopted = create_model(name, **overrides)
    assign_tensors(adopted, dict(foreign.tensors), where, "Give files that are all one model's.")
    source = {**foreign.provenance, "converted_by": {"senformer": versions().get("senformer")}}
    strand_pairs = source.pop("strand_pair", {})
    adopted.card = adopted.card.model_copy(update={"source": source, **foreign.card})
    for head, pairs in strand_pairs.items():
        _check_strand_pairs(where, head, pairs, len(adopted.card.heads[head]))
        for track, pair in zip(adopted.card.heads[head], pairs, strict=True):
            track["strand_pair"] = pair
    return adopted.eval()


def _check_strand_pairs(where: str, head: str, pairs: Any, n_tracks: int) -> None:
    """Raise unless every track has a partner in the head, whose partner it is."""
    todo = "Give a file in which every track names its partner, or itself."
    if not isinstance(pairs, list) or len(pairs) != n_tracks:
        n_pairs = f"{len(pairs)} strand pairs" if isinstance(pairs, list) else f"strand pairs {pairs!r}"
        raise DataError("E532", where, f"has {n_pairs} for the {n_tracks} tracks of head {head!r}", todo)
    for track, pair in enumerate(pairs):
        if type(pair) is not int or not 0 <= pair < n_tracks:
            found = f"pairs track {track} of head {head!r} with {pair!r}, not one of 0 to {n_tracks - 1}"
            raise DataError("E532", where, found, todo)
    for track, pair in enumerate(pairs):
        if pairs[pair] != track:
            found = f"pairs track {track} of head {head!r} with {pair}, and that with {pairs[pair]!r}"
            raise DataError("E532", where, found, todo)


def _window(foreign: Foreign, basis_bp: int | None) -> dict[str, int]:
    """Return window and crop, as far as the source leaves them open."""
    own = foreign.overrides.get("window_bp")
    if basis_bp is not None and own is not None:
        found = f"the source says itself that its weights were made for {own:,} bp"
        raise ConfigError("E541", "--basis-bp", found, "Leave it out; another window is --window-bp.")
    window = {} if basis_bp is None else {"window_bp": basis_bp}
    if foreign.kept_bins is None:
        return window
    config: Any = model_config(foreign.model, foreign.overrides | window | {"crop_bins": 0})
    n_bins = config.window_bp // config.bin_bp
    if n_bins < foreign.kept_bins:
        found = f"{config.window_bp:,} bp are {n_bins} bins, the source keeps {foreign.kept_bins}"
        raise ConfigError("E541", "--basis-bp", found, "Give the window that the weights were made for.")
    return window | {"crop_bins": -(-(n_bins - foreign.kept_bins) // 2)}
