"""From the words of the command line to checked settings of a benchmark."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from senformer.core.config import read_raw_section
from senformer.core.device import PRECISIONS, pick_device
from senformer.core.errors import ConfigError, UsageError
from senformer.core.tables import choose
from senformer.model.attention.backends import BACKENDS
from senformer.model.attention.backends.choose import AUTO
from senformer.model.create import model_config
from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.case import Bench, Settings
from senformer.workflow.measure.peers import find_peer, require_peer

_YAML = (".yaml", ".yml", ".json")


def make_settings(
    what: str,
    *,
    lengths: str | None = None,
    kinds: str | None = None,
    backends: str | None = None,
    precision: str = "fp32",
    device: str = "auto",
    model: str = "senformer",
    changes: Sequence[str] = (),
    with_peer: bool | None = None,
    peer_python: str | None = None,
    options: dict[str, Any] | None = None,
    **rest: Any,
) -> Settings:
    """Return checked settings; lists come as words with commas between them.

    Raises
    ------
    ConfigError
        No benchmark, kind, backend, precision, model or key has this name.
    UsageError
        A length is no number, or the peer was asked for and is not there.
    """
    bench = choose({entry.name: entry for entry in BENCHES.values()}, what, "benchmark")
    name, overrides = read_model(model, changes)
    model_config(name, overrides)
    peer = None if with_peer is False else find_peer(peer_python)
    require_peer(peer, with_peer)
    picked = str(pick_device(device))
    return Settings(
        what=bench.name,
        lengths=_lengths(lengths, bench),
        kinds=_names(kinds, bench.kinds, "attention"),
        backends=_backends(backends, picked, bench.name),
        device=picked,
        precisions=_precisions(precision),
        model=name,
        overrides=overrides,
        peer_python=peer,
        with_peer=with_peer is not False,
        options=options or {},
        **rest,
    )


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _names(text: str | None, known: Sequence[str], kind: str) -> tuple[str, ...]:
    if text is None:
        return tuple(known)
    table = {name: name for name in known}
    return tuple(choose(table, word, kind) for word in _words(text))


def _backends(text: str | None, device: str, what: str) -> tuple[str, ...]:
    """Return what was asked for; by default what a user gets, and on a GPU every backend of the core."""
    if text is None and device == "cpu":
        return ("tiles",)
    if text is None:
        return tuple(BACKENDS) if what == "attention" else (AUTO,)
    return _names(text, (AUTO, *BACKENDS), "backend")


def _precisions(text: str) -> tuple[str, ...]:
    for word in _words(text):
        choose(PRECISIONS, word, "precision")
    return tuple(_words(text))


def _lengths(text: str | None, bench: Bench) -> tuple[int, ...]:
    words = _words(text) if text is not None else [str(length) for length in bench.lengths]
    for word in words:
        if not word.replace("_", "").isdigit() or int(word) < 1:
            raise UsageError(
                "E134", "--lengths", f"{word!r} is no length in bp", "Give whole numbers: 98304,196608."
            )
    return tuple(sorted(map(int, words)))


def read_model(model: str, changes: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return a model's name and overrides from a name or a YAML file, and ``KEY=VALUE`` changes.

    Raises
    ------
    ConfigError
        The file has no model section with a name, or a change is no ``KEY=VALUE``.
    """
    section: dict[str, Any] = {"name": model}
    if Path(model).suffix in _YAML:
        section = dict(read_raw_section(model, "model"))
        if "name" not in section:
            raise ConfigError("E106", f"{model} (model)", "key 'name' is missing", "Name the model.")
    name = section.pop("name")
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise UsageError("E135", "--set", f"{change!r} is no KEY=VALUE", "Write --set channels=96.")
        _put(section, key.split("."), yaml.safe_load(value))
    return name, section


def _put(section: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    """Set a key, or a key of a nested section (``attention.block_bins``)."""
    for key in keys[:-1]:
        section[key] = dict(section.get(key) or {})
        section = section[key]
    section[keys[-1]] = value
