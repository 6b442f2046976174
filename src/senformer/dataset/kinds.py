"""Kinds of datasets that ``build`` makes: section and builder of each, by the value of ``dataset.kind``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from senformer.core.config import Config, nearest, parse
from senformer.core.errors import ConfigError
from senformer.dataset.build import build
from senformer.dataset.config import DatasetConfig
from senformer.dataset.table.build import build_table
from senformer.dataset.table.config import TableConfig
from senformer.dataset.tfrecord.build import import_tfrecords
from senformer.dataset.tfrecord.config import TfrecordConfig

GENOME = "genome"


class Kind(NamedTuple):
    """The ``dataset`` section of one kind, and the function that builds from it."""

    config: type[Config]
    build: Callable[..., dict[str, Any]]


KINDS: dict[str, Kind] = {
    GENOME: Kind(DatasetConfig, build),
    "table": Kind(TableConfig, build_table),
    "tfrecord": Kind(TfrecordConfig, import_tfrecords),
}


def parse_dataset(values: dict[str, Any], where: str) -> Config:
    """Return the checked ``dataset`` section; one without ``kind`` is of a genome and its tracks.

    Raises
    ------
    ConfigError
        There is no such kind, or a fault inside the section.
    """
    kind = values.get("kind", GENOME)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ConfigError("E107", where, f"key 'kind' is {kind!r}", nearest(str(kind), KINDS))
    if kind == GENOME:
        values = {key: value for key, value in values.items() if key != "kind"}
    return parse(KINDS[kind].config, values, where)


def genome_config(values: dict[str, Any], where: str) -> DatasetConfig:
    """Return the checked ``dataset`` section of a genome and its tracks.

    Raises
    ------
    ConfigError
        It is of another kind, or a fault inside the section.
    """
    config = parse_dataset(values, where)
    if not isinstance(config, DatasetConfig):
        found = f"a dataset of kind {values['kind']!r} cannot be planned without building it"
        raise ConfigError("E419", where, found, "Leave out --plan-only.")
    return config


def build_dataset(config: Config, out: Path, **options: Any) -> dict[str, Any]:
    """Build the dataset of a configuration of any kind; ``options`` are those of its builder."""
    builder = next(kind.build for kind in KINDS.values() if isinstance(config, kind.config))
    return builder(config, out, **options)
