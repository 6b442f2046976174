"""Parts of a model by name: a parameter, what holds it, or a pattern over both."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from torch import nn

from senformer.core.errors import ConfigError
from senformer.core.wording import closest

ALL = "all"
ADAPTERS = "adapters."
# A weight with an addition, as torch names them.
_ADAPTED = re.compile(r"(.+)\.parametrizations\.weight\.(original|0\.down|0\.up)")


def as_patterns(parts: str | Sequence[str]) -> list[str]:
    """Return one name or several as a list."""
    return [parts] if isinstance(parts, str) else list(parts)


def is_part(name: str, pattern: str) -> bool:
    """Say whether a parameter is meant by a pattern: all, its name, or a name that it is below.

    Examples
    --------
    >>> is_part("heads.human.bias", "heads"), is_part("heads.human.bias", "*.bias"), is_part("a.b", "c")
    (True, True, False)
    """
    return pattern == ALL or fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}.*")


def names_in(patterns: Iterable[str], names: Sequence[str], where: str) -> set[str]:
    """Return the parameters that a list of patterns means.

    Raises
    ------
    ConfigError
        A pattern means none; the nearest name is suggested.
    """
    found: set[str] = set()
    for pattern in patterns:
        meant = {name for name in names if is_part(name, pattern)}
        if not meant:
            raise ConfigError("E632", where, f"no parameter is called {pattern!r}", _suggest(pattern, names))
        found |= meant
    return found


def _suggest(pattern: str, names: Sequence[str]) -> str:
    known = {".".join(name.split(".")[: i + 1]) for name in names for i in range(name.count(".") + 1)}
    if not names:
        return "The model has no layer that can be adapted so."
    close = closest(pattern.removesuffix(".*"), known, cutoff=0.5)
    if close is not None:
        return f"Did you mean {close!r}?"
    first = dict.fromkeys(name.split(".")[0] for name in names)
    return f"The model's parts are {', '.join(first)}."


def named_parts(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return a model's parameters by the names that a user gives them.

    A weight with an adapter keeps its name; the adapter of ``NAME.weight`` is ``adapters.NAME``, with
    ``down`` and ``up`` below.

    Examples
    --------
    >>> list(named_parts(nn.Linear(2, 1)))
    ['weight', 'bias']
    """
    return {_plain(name): parameter for name, parameter in model.named_parameters()}


def adapted_weights(names: Iterable[str]) -> set[str]:
    """Return those of the names whose weight has an adapter among them.

    Examples
    --------
    >>> adapted_weights(["a.weight", "b.weight", "adapters.a.up", "adapters.a.down"])
    {'a.weight'}
    """
    return {f"{name.removeprefix(ADAPTERS).removesuffix('.up')}.weight" for name in names if _is_up(name)}


def _is_up(name: str) -> bool:
    return name.startswith(ADAPTERS) and name.endswith(".up")


def _plain(name: str) -> str:
    match = _ADAPTED.fullmatch(name)
    if match is None:
        return name
    layer, part = match.groups()
    return f"{layer}.weight" if part == "original" else f"{ADAPTERS}{layer}.{part.removeprefix('0.')}"
