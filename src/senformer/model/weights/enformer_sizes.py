"""The sizes of an Enformer, told from the shapes of its tensors."""

import re
from collections.abc import Iterator
from typing import Any

from senformer.core.errors import DataError
from senformer.model.conv_tower import tower_channels
from senformer.model.weights.enformer_names import LAYERS, Dialect
from senformer.model.weights.layout import our_shape
from senformer.model.weights.translate import Names, Shape, Stored

_TEMPLATES = {"n": r"(\d+)", "t": r"(\d+)", "head": r"([\w-]+)"}


def _tensors(dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    for layer in LAYERS:
        yield from dialect.tensors(layer)


def _pattern(theirs: str) -> re.Pattern[str]:
    """Return what finds a name, and what stands at its ``{n}``, ``{t}`` or ``{head}``."""
    text = re.escape(theirs)
    for place, allowed in _TEMPLATES.items():
        text = text.replace(re.escape(f"{{{place}}}"), allowed)
    return re.compile(text)


def _matches(dialect: Dialect, stored: Stored, part: str) -> Iterator[re.Match[str]]:
    """Yield the names that are those of tensors with ``part`` in our name."""
    patterns = [_pattern(theirs) for ours, theirs, _ in _tensors(dialect) if part in ours]
    matches = (pattern.fullmatch(name) for name in stored.shapes for pattern in patterns)
    yield from (match for match in matches if match)


def _found_at(dialect: Dialect, stored: Stored, place: str) -> list[str]:
    """Return what stands at ``{n}``, ``{t}`` or ``{head}`` in the names, in order of appearance."""
    return list(dict.fromkeys(match[1] for match in _matches(dialect, stored, f"{{{place}}}")))


def _count(dialect: Dialect, stored: Stored, place: str) -> int:
    return max((int(number) + 1 for number in _found_at(dialect, stored, place)), default=0)


def enformer_names(dialect: Dialect, sizes: dict[str, Any]) -> Names:
    """Return our name -> their name and layout, for the sizes of :func:`enformer_sizes`."""
    places = {
        "n": [str(n) for n in range(sizes["n_conv_blocks"])],
        "t": [str(t) for t in range(sizes["n_layers"])],
        "head": list(sizes["heads"]),
    }
    names = {}
    for ours, theirs, layout in _tensors(dialect):
        if sizes["pooling"] == "max" and ".pool." in ours:
            continue
        place = next((place for place in places if f"{{{place}}}" in ours), None)
        for value in places[place] if place else [""]:
            fill = {place: value} if place else {}
            names[ours.format(**fill)] = (theirs.format(**fill), layout)
    return names


class _Shapes:
    """Our shapes, looked up by our names."""

    def __init__(self, dialect: Dialect, stored: Stored) -> None:
        self._stored = stored
        self._names = {ours: (theirs, layout) for ours, theirs, layout in _tensors(dialect)}

    def __call__(self, ours: str, **fill: Any) -> Shape:
        theirs, layout = self._names[ours]
        name = theirs.format(**fill)
        if name not in self._stored.shapes:
            raise DataError(
                "E527", self._stored.where, f"tensor {name!r} is missing", "Give a whole Enformer."
            )
        shape = our_shape(layout, tuple(self._stored.shapes[name]))
        if shape is None:
            found = (
                f"tensor {name!r} has shape {tuple(self._stored.shapes[name])}, not the axes of {layout!r}"
            )
            raise DataError("E529", self._stored.where, found, "Check that it is an Enformer.")
        return shape


def enformer_sizes(dialect: Dialect, stored: Stored) -> dict[str, Any]:
    """Return the configuration that the tensors' shapes tell.

    Raises
    ------
    DataError
        A tensor that tells a size is missing, has other axes, or contradicts another.
    """
    shape = _Shapes(dialect, stored)
    n_blocks, n_layers = _count(dialect, stored, "n"), _count(dialect, stored, "t")
    heads = _found_at(dialect, stored, "head")
    tower = [shape("tower.{n}.conv.weight", n=n)[0] for n in range(n_blocks)]
    channels = shape("pointwise.norm.weight")[0]
    if not tower or not heads:
        found = "holds no block of a convolution tower" if not tower else "holds no head"
        raise DataError("E527", stored.where, found, "Give a whole Enformer.")
    has_pool = any(True for _ in _matches(dialect, stored, ".pool."))
    return {
        "channels": channels,
        "n_layers": n_layers,
        "n_conv_blocks": n_blocks,
        "channel_divisor": _divisor(stored.where, channels, tower),
        "pooling": "attention" if has_pool else "max",
        **(_attention_sizes(stored.where, shape) if n_layers else {}),
        "heads": {head: shape("heads.{head}.weight", head=head)[0] for head in heads},
    }


def _attention_sizes(where: str, shape: _Shapes) -> dict[str, int]:
    n_heads, key_size = shape("transformer.{t}.attention.content_bias", t=0)
    n_values = shape("transformer.{t}.attention.value.weight", t=0)[0]
    if n_values % n_heads:
        found = f"{n_values} values are no whole number for each of {n_heads} attention heads"
        raise DataError("E531", where, found, "Check that all of it is one model's.")
    return {
        "n_heads": n_heads,
        "key_size": key_size,
        "value_size": n_values // n_heads,
        "n_position_features": shape("transformer.{t}.attention.relative_key.weight", t=0)[1],
    }


def _divisor(where: str, channels: int, tower: list[int]) -> int:
    """Return the largest divisor that rounds to the tower's channels, Enformer's 128 first."""
    for divisor in [128, *range(channels, 0, -1)]:
        if channels % divisor == 0 and tower_channels(channels, len(tower), divisor) == tower:
            return divisor
    found = f"a tower of {tower} channels is none that leads to {channels}"
    raise DataError("E531", where, found, "Check that all of it is one model's.")
