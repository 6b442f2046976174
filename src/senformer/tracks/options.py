"""Options of a track's format, as the track table writes them: ``key=value;key=value``."""

import re
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from senformer.core.config import meant, nearest
from senformer.core.errors import DataError


class Options(BaseModel):
    """Base of every format's options: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __str__(self) -> str:
        """Return all options, defaults too, in one order: what decides how a file is read."""
        return ";".join(f"{key}={value}" for key, value in self.model_dump().items())


T = TypeVar("T", bound=Options)


def parse_options(kind: type[T], text: str, where: str) -> T:
    """Return the options of a format from the text of the track table; a blank one means the defaults.

    Raises
    ------
    DataError
        No ``key=value``, a key twice, one that the format does not have, or a value that it may not have
        (E347).
    """
    values: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        key, sign, value = (piece.strip() for piece in part.partition("="))
        if not (key and sign and value):
            raise DataError("E347", where, f"option {part!r} is no key=value", "Write key=value;key=value.")
        if key in values:
            raise DataError("E347", where, f"option {key!r} stands twice", "Leave one of them out.")
        values[key] = value
    try:
        return kind.model_validate(values)
    except ValidationError as fault:
        first = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in first["loc"][:1])
        if first["type"] == "extra_forbidden":
            todo = nearest(key, kind.model_fields) if kind.model_fields else "The format has no options."
            raise DataError("E347", where, f"unknown option {key!r}", todo) from fault
        if first["type"] == "literal_error":
            known = re.findall(r"'([^']*)'", first["ctx"]["expected"])
            found = f"option {key}={values[key]}: allowed are {', '.join(known)}"
            raise DataError("E347", where, found, meant(values[key], known)) from fault
        message = first["msg"].removeprefix("Value error, ")
        found = f"option {key}={values.get(key, '')}: {message}" if key else message
        raise DataError("E347", where, found, "Mend the value.") from fault
