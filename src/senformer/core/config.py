"""Configuration: pydantic models that refuse unknown keys, read from YAML or JSON.

One experiment file may hold the sections of several commands (``dataset``, ``model``, ``train``); each
command reads its own and the names of the others are known, so that a misspelt section is an error.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from senformer.core.errors import ConfigError, MissingInputError
from senformer.core.wording import closest

SECTIONS = ("dataset", "model", "train")


class Config(BaseModel):
    """Base of every configuration: frozen, and an unknown key is an error.

    Attributes
    ----------
    READ_UNDER
        Keys that have an effect under some values of another one alone: which, and under which values. The
        other may be one of a configuration beside this.
    """

    READ_UNDER: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {}

    # A key that is no name in Python (`from`) is read and written under its alias.
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), serialize_by_alias=True)


T = TypeVar("T", bound=Config)
# What pydantic calls the plain types of a union in the place of a fault.
_BRANCH = re.compile(r"(constrained-)?(int|float|str|bool)|(list|dict)\[.*\]")

_NO_VALUE = "Leave the key out, or write null."


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which also refuses a key that stands twice and reads ``1e-3`` as a number.

    As in YAML 1.2 ``true`` and ``false`` alone are no text: a column may be called ``on``.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Refuse a repeated key; PyYAML would keep the last value in silence."""
        seen = set()
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:str" and key.value in seen:
                problem = f"key {key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [found for found in resolvers if found[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, whatever its case, as the end of a sentence."""
    known = sorted(known)
    close = closest(name, known, cutoff=0.5)
    return f"Known: {', '.join(known)}." if close is None else f"Did you mean {close!r}?"


def read_yaml(path: str | os.PathLike) -> dict[str, Any]:
    """Read a YAML (or JSON) file that holds one mapping.

    Raises
    ------
    MissingInputError
        The file is missing or unreadable.
    ConfigError
        It is no YAML, or holds something other than a mapping.
    """
    try:
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
    except FileNotFoundError as fault:
        raise MissingInputError("E101", str(path), "no such file", "Check the path.") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise MissingInputError("E102", str(path), f"cannot be read ({fault})", "Check the file.") from fault
    return parse_yaml(text, str(path))


def parse_yaml(text: str, where: str) -> dict[str, Any]:
    """Return the mapping that a text holds.

    Raises
    ------
    ConfigError
        It is no YAML, or holds something other than a mapping.
    """
    try:
        value = yaml.load(text, _Loader)  # noqa: S506  # allowed: a SafeLoader
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        place = f"{where} line {mark.line + 1}" if mark else where
        problem = getattr(fault, "problem", None) or str(fault)
        raise ConfigError("E103", place, f"is not valid YAML ({problem})", "Mend the syntax.") from fault
    if not isinstance(value, dict):
        raise ConfigError("E104", where, "holds no mapping of keys to values", "See the example configs.")
    return value


def parse(kind: type[T], values: dict[str, Any], where: str) -> T:
    """Check ``values`` against ``kind``; every fault names its field.

    Raises
    ------
    ConfigError
        Unknown key (the nearest known one is suggested), missing key, wrong type or value.
    """
    try:
        # As JSON, and strict: a list may be a tuple, but true is no 1 and "16384" no number.
        return kind.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as fault:
        # A misspelt key is often also a missing one: name the key that the user wrote.
        first = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
        loc, owner = _walk(kind, first["loc"])
        field = ".".join(loc)
        if first["type"] == "union_tag_invalid":
            raise _unknown_tag(field, first, where) from fault
        if first["type"] == "extra_forbidden":
            todo = nearest(loc[-1], owner)
            raise ConfigError("E105", where, f"unknown key {field!r}", todo) from fault
        if first["type"] == "missing":
            raise ConfigError("E106", where, f"key {field!r} is missing", "Add it.") from fault
        is_no_value = str(first["input"]).lower() == "none" and _may_be_null(kind, first["loc"])
        if first["type"] == "literal_error" and isinstance(first["input"], str):
            known = re.findall(r"'([^']*)'", first["ctx"]["expected"])
            found = f"key {field!r} is {first['input']!r}; allowed are {', '.join(known)}"
            todo = _NO_VALUE if is_no_value else meant(first["input"], known)
            raise ConfigError("E107", where, found, todo) from fault
        message = first["msg"].removeprefix("Value error, ")
        found = f"key {field!r} is {first['input']!r}: {message}" if field else message
        mend = "Write true or false." if first["type"] == "bool_type" else "Mend the value."
        todo = _NO_VALUE if is_no_value else mend
        raise ConfigError("E107", where, found, todo) from fault


def _walk(kind: Any, loc: tuple) -> tuple[list[str], list[str]]:
    """Return ``loc`` as the user writes it, and the keys known beside its end, as far as the types tell.

    A union that a key decides (pydantic's tags) puts the key's value into ``loc``; the user writes none.
    """
    written, options = [], [kind]
    for part in loc:
        tagged = [option for option in options if _tag(option) == part]
        if tagged or _BRANCH.fullmatch(str(part)):
            options = tagged or options
            continue
        written.append(str(part))
        kind = options[0] if options else None
        if part in getattr(kind, "model_fields", {}):
            options = _models(kind.model_fields[part].annotation)
    fields = getattr(options[0] if options else None, "model_fields", {})
    return written, [field.alias or name for name, field in fields.items()]


def _may_be_null(kind: Any, loc: tuple) -> bool:
    """Say whether the key at a place, one of plain sections, is null where it is left out."""
    options, default = [kind], False
    for part in loc:
        if _BRANCH.fullmatch(str(part)):
            continue
        fields = getattr(options[0] if options else None, "model_fields", {})
        if part not in fields:
            return False
        default = fields[part].default
        options = _models(fields[part].annotation)
    return default is None


def _models(annotation: Any) -> list[Any]:
    """Return the models that a type names, at any depth."""
    if hasattr(annotation, "model_fields"):
        return [annotation]
    found = []
    for part in getattr(annotation, "__args__", ()):
        found += _models(part)
    return found


def _tag(option: Any) -> Any:
    """Return what pydantic calls a model in ``loc`` where it is one of several: its tag or its name."""
    by = getattr(option, "model_fields", {}).get("by")
    return by.default if by is not None else getattr(option, "__name__", None)


def _unknown_tag(field: str, error: Any, where: str) -> ConfigError:
    known = [name.strip("' ") for name in error["ctx"]["expected_tags"].split(",")]
    key = f"{field}.{str(error['ctx']['discriminator']).strip('()')}"
    tag = error["ctx"]["tag"]
    return ConfigError("E107", where, f"key {key!r} is {tag!r}: no such kind", nearest(tag, known))


def meant(value: str, known: Iterable[str]) -> str:
    """Say which allowed value was probably meant, whatever its case; else what to do."""
    close = closest(value, known)
    return "Choose one of them." if close is None else f"Did you mean {close!r}?"


def read_section(path: str | os.PathLike, section: str, kind: type[T]) -> T:
    """Read one section of an experiment file.

    Raises
    ------
    ConfigError
        An unknown section, a missing one, or a fault inside it.
    """
    return parse(kind, read_raw_section(path, section), f"{path} ({section})")


def read_raw_section(path: str | os.PathLike, section: str) -> dict[str, Any]:
    """Read one section of an experiment file as plain values, unchecked but for the section names.

    ``model: NAME`` is a section that gives the name alone.
    """
    values = read_yaml(path)
    for key in values:
        if key not in SECTIONS:
            raise ConfigError("E105", str(path), f"unknown key {str(key)!r}", nearest(str(key), SECTIONS))
    if section not in values:
        raise ConfigError("E106", str(path), f"key {section!r} is missing", "Add the section.")
    found = values[section]
    if section == "model" and isinstance(found, str):
        return {"name": found}
    if not isinstance(found, dict):
        raise ConfigError("E104", f"{path} ({section})", "holds no mapping of keys to values", "Mend it.")
    return found
