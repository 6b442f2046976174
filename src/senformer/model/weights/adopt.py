"""Make a model of foreign weights: the row of ``MODELS``, its window, and a card that says whence."""

from typing import Any

import torch

from senformer.core.errors import ConfigError
from senformer.core.provenance import versions
from senformer.core.tables import choose
from senformer.model.create import create_model
from senformer.model.load import assign_tensors
from senformer.model.network import Enformer
from senformer.model.weights.foreign import Foreign
from senformer.model.zoo import MODELS


def adopt(foreign: Foreign, where: str, *, model: str | None = None, basis_bp: int | None = None) -> Enformer:
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
        The window that the weights were made for, where the source does not say it. As many bins are kept
        as of the window that the source names.

    Raises
    ------
    ConfigError
        No such model, or one of other sizes; the window does not fit.
    DataError
        The tensors are not those of the model.
    """
    name = model or foreign.model
    choose(MODELS, name, "model")
    overrides = dict(foreign.overrides)
    if name != foreign.model:
        overrides.pop("attention", None)
    with torch.device("meta"):
        adopted = create_model(name, **overrides)
        if basis_bp is not None:
            adopted = create_model(name, **overrides | _window(adopted, basis_bp))
    assign_tensors(adopted, dict(foreign.tensors), where)
    source = {**foreign.provenance, "converted_by": {"senformer": versions().get("senformer")}}
    strand_pairs = source.pop("strand_pair", {})
    adopted.card = adopted.card.model_copy(update={"source": source, **foreign.card})
    for head, pairs in strand_pairs.items():
        for track, pair in zip(adopted.card.heads[head], pairs, strict=True):
            track["strand_pair"] = int(pair)
    return adopted.eval()


def _window(model: Enformer, basis_bp: int) -> dict[str, Any]:
    """Return window and crop of ``basis_bp``: as many bins are kept as the model keeps of its own window."""
    kept = model.window_bp // model.bin_bp - 2 * model.crop_bins
    spare = basis_bp // model.bin_bp - kept
    if basis_bp % model.bin_bp or spare < 0:
        found = f"{basis_bp} bp are not {kept} bins of {model.bin_bp} bp and as much beside them as you like"
        raise ConfigError("E541", "--basis-bp", found, "Give the window that the weights were made for.")
    return {"window_bp": basis_bp, "crop_bins": -(-spare // 2), "position_bins": None}
