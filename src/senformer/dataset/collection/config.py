"""The ``dataset`` section of several genomes: what they share, and what each has of its own."""

from collections.abc import Mapping
from typing import Any

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset.config import DatasetConfig

KEY = "genomes"
# A model has one geometry; a genome's name is its key.
_SHARED_ONLY = ("window_bp", "bin_bp", "crop_bins")
_OWN_ONLY = ("genome", "tracks", "organism")


def is_collection(values: Mapping[str, Any]) -> bool:
    """Say whether a ``dataset`` section is of several genomes."""
    return KEY in values


def member_configs(values: Mapping[str, Any], where: str) -> dict[str, DatasetConfig]:
    """Return the configuration of every genome, in the order given.

    Parameters
    ----------
    values
        The section. ``genomes`` maps a name to the keys that the genome has of its own, ``genome`` and
        ``tracks`` at least; they go before the keys beside it, which all share.
    where
        The file, for messages.

    Raises
    ------
    ConfigError
        ``genomes`` is no mapping of names to keys, a key stands on the wrong level, or a genome's
        configuration is wrong.
    """
    genomes = values[KEY]
    if not isinstance(genomes, dict) or not genomes or not all(isinstance(g, dict) for g in genomes.values()):
        raise ConfigError(
            "E107",
            where,
            f"key {KEY!r} is {genomes!r}, which is no mapping of names to keys",
            "Write genomes: {human: {genome: ..., tracks: ...}, mouse: {...}}.",
        )
    shared = {key: value for key, value in values.items() if key != KEY}
    _refuse(shared, _OWN_ONLY, where, f"stands beside {KEY!r}", "Give it to each genome.")
    found = {}
    for name, own in genomes.items():
        place = f"{where} {KEY}.{name}"
        _refuse(own, ("organism",), place, "is the genome's name", "Leave it out.")
        _refuse(own, _SHARED_ONLY, place, "must be the same for all genomes", f"Put it beside {KEY!r}.")
        found[str(name)] = parse(DatasetConfig, {**shared, **own, "organism": str(name)}, place)
    return found


def _refuse(values: Mapping[str, Any], keys: tuple[str, ...], where: str, found: str, todo: str) -> None:
    for key in keys:
        if key in values:
            raise ConfigError("E107", where, f"key {key!r} {found}", todo)
