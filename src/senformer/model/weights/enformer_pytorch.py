"""State dictionaries of enformer-pytorch, also from Hugging Face; in ``SOURCES``.

Its weights are Enformer's; its own gamma functions of the distance are not, and are not taken over.

Source: github.com/lucidrains/enformer-pytorch.
"""

import re
from pathlib import Path
from typing import Any

import torch

from senformer.core.errors import DataError
from senformer.model.weights.enformer_names import PYTORCH
from senformer.model.weights.enformer_read import KEPT_BINS, read_enformer
from senformer.model.weights.enformer_sizes import enformer_sizes
from senformer.model.weights.foreign import Foreign, describe_files
from senformer.model.weights.pytorch_config import (
    check_sizes,
    find_config,
    kept_bins,
    read_config,
    settings_of,
)
from senformer.model.weights.state_file import StateFile, find_state, open_state
from senformer.model.weights.translate import Stored

# Every tensor of the trunk stands there a second time, under the trunk's own name.
_ALIAS = re.compile(r"_trunk\.([1246])\.(.+)")
_REAL = {"1": "stem", "2": "conv_tower", "4": "transformer", "6": "final_pointwise"}
_FIRST = (re.compile(r"(.*)stem\.0\.weight"), re.compile(r"(.*)_trunk\.1\.0\.weight"))
_COUNTER = ".num_batches_tracked"


def matches(path: Path) -> bool:
    """Say whether ``path`` is a file of tensors, or a folder that holds one."""
    return find_state(path) is not None


def read(path: Path) -> Foreign:
    """Read a state dictionary of enformer-pytorch.

    Raises
    ------
    MissingInputError
        There is no such file, or a shard is missing.
    DataError
        A file is damaged or asks to run code; an alias differs from its tensor; config.json is of another
        model; the tensors are not those of one Enformer.
    """
    place = find_state(path)
    if place is None:
        raise DataError("E543", str(path), "holds no tensors of torch's", "Give a state_dict.")
    state = open_state(place)
    names = _real_names(str(place), state)
    stored = Stored(
        where=str(place),
        shapes={name: state.shapes[given] for name, given in names.items()},
        load=lambda name: state.load(names[name]),
    )
    file = find_config(path)
    config: dict[str, Any] = read_config(file, must_be=path.is_dir()) if file else {}
    check_sizes(str(file), config, enformer_sizes(PYTORCH, stored))
    files = [*state.files, *([file] if file and config else [])]
    return read_enformer(
        PYTORCH,
        stored,
        {"format": "enformer_pytorch", "files": describe_files(files)},
        settings=settings_of(config),
        kept_bins=kept_bins(config, KEPT_BINS),
    )


def _real_names(where: str, state: StateFile) -> dict[str, str]:
    """Return the name in the file of each tensor, aliases and counters left out.

    Raises
    ------
    DataError
        An alias holds other values than the tensor it stands for.
    """
    prefix = _prefix(state)
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for given in state.shapes:
        name = given.removeprefix(prefix)
        if name.endswith(_COUNTER):
            continue
        alias = _ALIAS.fullmatch(name)
        if alias:
            aliases[f"{_REAL[alias[1]]}.{alias[2]}"] = given
        else:
            names[name] = given
    for name, given in aliases.items():
        if name in names and not _are_equal(state, names[name], given):
            found = f"{given!r} and {names[name]!r} are one tensor, and differ"
            raise DataError("E547", where, found, "Give the model's own state_dict.")
    return {**aliases, **names}


def _prefix(state: StateFile) -> str:
    """Return what a wrapper put before every name: ``module.`` for instance."""
    found = (first.fullmatch(name) for name in state.shapes for first in _FIRST)
    return next((match[1] for match in found if match), "")


def _are_equal(state: StateFile, one: str, other: str) -> bool:
    if state.shapes[one] != state.shapes[other]:
        return False
    a, b = state.load(one), state.load(other)
    return (a.data_ptr() == b.data_ptr() and a.dtype == b.dtype) or torch.equal(a, b)
