"""From the words of the command line to checked settings of a benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from senformer.core.config import SECTIONS, parse_yaml, read_raw_section, read_yaml
from senformer.core.device import PRECISIONS, pick_device
from senformer.core.errors import ConfigError, UsageError
from senformer.core.tables import choose
from senformer.model.attention import ATTENTIONS
from senformer.model.attention.backends import BACKENDS
from senformer.model.attention.backends.choose import AUTO
from senformer.model.create import model_config
from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.case import Bench, Settings
from senformer.workflow.measure.peers import find_peer, require_peer

_YAML = (".yaml", ".yml", ".json")
# What a single benchmark takes besides, and its default.
_OWN = {"batch_norm": "frozen", "sequences": 20, "run": None, "variants": 8}


def make_settings(
    what: str,
    *,
    lengths: str | None = None,
    kinds: str | None = None,
    device: str = "auto",
    model: str | None = None,
    changes: Sequence[str] = (),
    threads: int | None = None,
    minutes: float | None = None,
    **given: Any,
) -> Settings:
    """Return checked settings; lists come as words with commas between them.

    Parameters
    ----------
    what
        A row of ``BENCHES``.
    lengths, kinds, device, threads, minutes, model, changes
        What every benchmark reads; None is the default.
    given
        What only some read: ``backends``, ``precision``, ``repeats``, ``peer``, ``peer_python``,
        ``batch_norm``, ``sequences``, ``run``, ``variants``; None where the user said nothing.

    Raises
    ------
    ConfigError
        No benchmark, kind, backend, precision, model or key has this name.
    UsageError
        A length is no number, a list is empty, an option would have no effect, or the peer was asked for
        and is not there.
    """
    bench = choose(BENCHES, what, "benchmark")
    said = {key: value for key, value in given.items() if value is not None}
    _refuse_unread(bench, said)
    if said.get("peer") is False and "peer_python" in said:
        raise UsageError("E138", "--peer-python", "--no-peer has no use for it", "Leave one of them out.")
    if "run" in said:
        _refuse_beside_run(bench, lengths=lengths, kinds=kinds, model=model, set=changes or None)
    if not bench.uses_model:
        _refuse_model(bench, model=model, set=changes or None, device=None if device == "auto" else device)
        device = "cpu"
    name, overrides = read_model(model or "senformer", changes)
    model_config(name, overrides)
    picked = str(pick_device(device))
    kinds_known = (*bench.kinds, *(ATTENTIONS if bench.uses_model else ()))
    kind = "attention" if bench.uses_model else "kind"
    return Settings(
        what=bench.name,
        lengths=_lengths(lengths, bench),
        kinds=_names(kinds, bench.kinds, kinds_known, kind, "--kinds"),
        backends=_backends(said.get("backends"), picked, bench.name),
        device=picked,
        precisions=_names(said.get("precision"), ("fp32",), tuple(PRECISIONS), "precision", "--precision"),
        repeats=said.get("repeats", 3),
        threads=threads,
        minutes=minutes,
        model=name,
        overrides=overrides,
        peer_python=_peer(bench, said),
        with_peer=said.get("peer", True),
        options={key: said.get(key, value) for key, value in _OWN.items() if key in bench.reads},
    )


def _refuse_unread(bench: Bench, said: Mapping[str, Any]) -> None:
    for key in said:
        if key not in bench.reads:
            others = " and ".join(f"bench {name}" for name, entry in BENCHES.items() if key in entry.reads)
            raise UsageError(
                "E138",
                _option(key),
                f"bench {bench.name} does not read it",
                f"Leave it out; it is for {others}.",
            )


def _refuse_beside_run(bench: Bench, **said: Any) -> None:
    for key, value in said.items():
        if value is not None:
            raise UsageError(
                "E138",
                _option(key),
                f"bench {bench.name} RUN takes the trained model as it is",
                "Leave it out, or leave RUN out.",
            )


def _refuse_model(bench: Bench, **said: Any) -> None:
    for key, value in said.items():
        if value is not None:
            raise UsageError(
                "E138", _option(key), f"bench {bench.name} has no model and no device", "Leave it out."
            )


def _option(key: str) -> str:
    return "RUN" if key == "run" else f"--{key.replace('_', '-')}"


def _peer(bench: Bench, said: Mapping[str, Any]) -> str | None:
    """Return the other package's interpreter, where the benchmark has a use for one."""
    wanted = said.get("peer")
    if "peer_python" not in bench.reads or wanted is False:
        return None
    peer = find_peer(said.get("peer_python"))
    require_peer(peer, wanted)
    return peer


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _listed(text: str, option: str) -> list[str]:
    """Return the words of a list that must not be empty."""
    words = _words(text)
    if not words:
        raise UsageError("E139", option, f"{text!r} names nothing", "Name at least one, or leave it out.")
    return words


def _names(
    text: str | None, usual: Sequence[str], known: Sequence[str], kind: str, option: str
) -> tuple[str, ...]:
    if text is None:
        return tuple(usual)
    table = {name: name for name in known}
    return tuple(choose(table, word, kind) for word in _listed(text, option))


def _backends(text: str | None, device: str, what: str) -> tuple[str, ...]:
    """Return what was asked for; by default what a user gets, and on a GPU every backend of the core."""
    usual = tuple(BACKENDS) if what == "attention" else (AUTO,)
    return _names(text, ("tiles",) if device == "cpu" else usual, (AUTO, *BACKENDS), "backend", "--backends")


def _lengths(text: str | None, bench: Bench) -> tuple[int, ...]:
    words = _listed(text, "--lengths") if text is not None else [str(length) for length in bench.lengths]
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
        _refuse_without_model(model)
        section = dict(read_raw_section(model, "model"))
        if "name" not in section:
            raise ConfigError("E106", f"{model} (model)", "key 'name' is missing", "Name the model.")
    name = section.pop("name")
    apply_changes(section, changes)
    return name, section


def apply_changes(section: dict[str, Any], changes: Sequence[str]) -> None:
    """Change a model section as ``KEY=VALUE`` texts say; values are read as in a YAML file.

    Raises
    ------
    UsageError
        A change is no ``KEY=VALUE``.
    """
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise UsageError("E135", "--set", f"{change!r} is no KEY=VALUE", "Write --set channels=96.")
        _put(section, key.split("."), parse_yaml(f"value: {value}", "--set")["value"])


def _refuse_without_model(file: str) -> None:
    """Say what a file lacks that a run which begins at another model can do without."""
    sections = read_yaml(file)
    if "model" in sections or not set(sections) <= set(SECTIONS):
        # It is there, or misspelled: whoever reads it says so.
        return
    todo = "Add one with its name and what differs from the defaults: model: {name: senformer, channels: 96}."
    train = sections.get("train")
    finetune = train.get("finetune") if isinstance(train, dict) else None
    if isinstance(finetune, dict) and "from" in finetune:
        todo += f" Those of the model that is fine-tuned stand in config.json of {finetune['from']}."
    raise ConfigError("E106", file, "has no model section, which says what is measured or planned", todo)


def _put(section: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    """Set a key, or a key of a nested section (``attention.block_bins``)."""
    for key in keys[:-1]:
        section[key] = dict(section.get(key) or {})
        section = section[key]
    section[keys[-1]] = value
