"""Parts of a model by name: a parameter, what holds it, or a pattern over both."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from senformer.core.errors import ConfigError
from senformer.core.wording import closest

ALL = "all"


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
    close = closest(pattern.removesuffix(".*"), known, cutoff=0.5)
    if close is not None:
        return f"Did you mean {close!r}?"
    first = dict.fromkeys(name.split(".")[0] for name in names)
    return f"The model's parts are {', '.join(first)}."
