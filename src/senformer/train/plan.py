"""What a run trains: geometry and heads agreed between model section, settings and datasets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.dataset.examples import AnyDataset
from senformer.model.create import model_config
from senformer.model.zoo import MODELS
from senformer.train.config import TrainConfig
from senformer.train.finetune.kept import find_source
from senformer.train.finetune.source import model_section
from senformer.train.finetune.start import Start, make_start

_WHERE = "model"


@dataclass(frozen=True)
class Plan:
    """A model to create and the geometry of its windows.

    Attributes
    ----------
    name, overrides
        Arguments of ``create_model``: window, crop and heads are among the overrides.
    window_bp, crop_bins
        Input in bp, and bins cut off each side of the output.
    start
        The model that it begins at, or None where all weights are drawn.
    """

    name: str
    overrides: dict[str, Any]
    window_bp: int
    crop_bins: int
    start: Start | None = None

    def resumed(self) -> "Plan":
        """Return the plan of a run whose weights come from a checkpoint: none is read of the source."""
        return self if self.start is None else replace(self, start=replace(self.start, takes_weights=False))


def make_plan(
    section: Mapping[str, Any],
    config: TrainConfig,
    datasets: Mapping[str, AnyDataset],
    resumed: Path | None = None,
) -> Plan:
    """Agree window, crop, bin and heads, and check the model's configuration.

    What the ``model`` section leaves open comes from the model that is fine-tuned, if any, then from the
    ``train`` section, then from the datasets, which must agree with one another. A run that is
    ``resumed`` may have kept what is needed of the fine-tuned model.

    Raises
    ------
    ConfigError
        Two of them differ (both are named), the model has no name, its configuration is wrong, or it cannot
        take the weights of the one that is fine-tuned.
    """
    finetune = config.finetune
    origin = None if finetune is None else find_source(finetune.source, resumed)
    if origin is not None:
        section = model_section(origin, section)
    if "name" not in section:
        raise ConfigError("E106", _WHERE, "key 'name' is missing", "Name the model, for instance senformer.")
    if not datasets:
        raise ConfigError("E601", "train", "there is no dataset", "Give at least one --data.")
    shared = {key: _common(datasets, key) for key in ("window_bp", "crop_bins", "bin_bp")}
    given = {key: getattr(config, key) for key in ("window_bp", "crop_bins")}
    given = {key: value for key, value in given.items() if value is not None}
    # By name: weights are drawn head by head.
    heads = {organism: len(datasets[organism].tracks) for organism in sorted(datasets)}
    wanted = {"heads": heads, **{key: shared[key] for key in ("window_bp", "crop_bins")}, **given}
    for key, value in wanted.items():
        if key in section and section[key] != value:
            source = "the train section" if key in given else "the data"
            raise _disagree(f"{key} is {section[key]!r} in the model section and {value!r} in {source}")
    overrides = {**{key: value for key, value in section.items() if key != "name"}, **wanted}
    _settle_bin(section["name"], overrides, shared["bin_bp"])
    start = None
    if origin is not None:
        start = make_start(origin, config, section["name"], overrides, datasets)
    return Plan(section["name"], overrides, wanted["window_bp"], wanted["crop_bins"], start)


def _settle_bin(name: str, overrides: dict[str, Any], bin_bp: int) -> None:
    """Give the tower as many blocks as the data's bin asks for, or check those that are given."""
    known = choose(MODELS, name, "model").config_class.model_fields
    if "n_conv_blocks" in known and "n_conv_blocks" not in overrides and bin_bp >= 4:
        # A bin that is no power of two is left for the comparison below to name.
        overrides["n_conv_blocks"] = bin_bp.bit_length() - 2
    found = getattr(model_config(name, overrides), "bin_bp", bin_bp)
    if found != bin_bp:
        raise _disagree(f"the bin is {found} bp in the model section and {bin_bp} bp in the data")


def _common(datasets: Mapping[str, AnyDataset], key: str) -> int:
    values = {organism: getattr(dataset.config, key) for organism, dataset in datasets.items()}
    first = next(iter(values))
    for organism, value in values.items():
        if value != values[first]:
            raise _disagree(f"{key} is {values[first]} in dataset {first!r} and {value} in {organism!r}")
    return values[first]


def _disagree(found: str) -> ConfigError:
    return ConfigError("E602", _WHERE, found, "Make them agree, or leave one out.")
