"""Load a saved model: rebuild it without memory, then give it the tensors of its folder."""

import os

import torch
from torch import Tensor, nn

from senformer.core.config import parse
from senformer.core.errors import DataError
from senformer.core.tables import choose
from senformer.model.folder import CONFIG, WEIGHTS, read_folder
from senformer.model.proof import prove_golden
from senformer.model.sequence_model import SequenceModel
from senformer.model.zoo import MODELS


def load_model(
    path: str | os.PathLike, map_location: str | torch.device = "cpu", *, verify: bool = False
) -> SequenceModel:
    """Return the model saved at ``path``, in evaluation mode.

    Parameters
    ----------
    path
        A folder that ``model.save`` wrote.
    map_location
        The device to put it on.
    verify
        Compute the card's golden outputs again and compare.

    Raises
    ------
    MissingInputError
        The folder or one of its files is missing.
    ConfigError
        ``config.json`` names an unknown model or key.
    DataError
        A file is damaged or of another format, or the tensors are not those of the configuration; with
        ``verify``, this machine computes other outputs.
    """
    path = os.fspath(path)
    saved = read_folder(path, map_location)
    kind = choose(MODELS, saved.name, "model")
    config = parse(kind.config_class, saved.config, os.path.join(path, CONFIG))
    with torch.device("meta"):
        model = kind.build(saved.name, config)
    assign_tensors(model, saved.tensors, os.path.join(path, WEIGHTS))
    model.card = saved.card
    model.eval()
    if verify:
        prove_golden(model, path)
    return model


def assign_tensors(model: nn.Module, tensors: dict[str, Tensor], where: str, todo: str | None = None) -> None:
    """Make ``tensors`` the model's own, without a copy.

    Parameters
    ----------
    model
        Built without memory.
    tensors
        By the names of its ``state_dict``.
    where
        What holds them, for messages.
    todo
        What to do about tensors that do not fit; by default what helps with a model folder.

    Raises
    ------
    DataError
        A tensor is missing, unknown, or of another shape than the model's.
    """
    wanted = model.state_dict()
    for name, like in wanted.items():
        if name not in tensors:
            raise DataError("E506", where, f"tensor {name!r} is missing", todo or "Save the model again.")
        found, shape = tuple(tensors[name].shape), tuple(like.shape)
        if found != shape:
            raise DataError(
                "E505",
                where,
                f"tensor {name!r} has shape {found}, the configured model needs {shape}",
                todo or "Check config.json.",
            )
    for name in tensors:
        if name not in wanted:
            raise DataError("E509", where, f"the model has no tensor {name!r}", todo or "Check config.json.")
    model.load_state_dict(tensors, assign=True)
