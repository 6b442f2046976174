"""Plug tables: a plain dictionary from a name to the thing it names.

File name = table key = config value. Wherever a name is accepted, the object is accepted too.
"""

from collections.abc import Mapping
from typing import TypeVar

from senformer.core.config import nearest
from senformer.core.errors import ConfigError

T = TypeVar("T")


def choose(table: Mapping[str, T], name: "str | T", kind: str) -> T:
    """Return the entry called ``name``; an object that is no string is returned as it is.

    Raises
    ------
    ConfigError
        No entry has this name; the nearest one is suggested.
    """
    if not isinstance(name, str):
        return name
    if name in table:
        return table[name]
    raise ConfigError("E108", kind, f"no {kind} is called {name!r}", nearest(name, table))
