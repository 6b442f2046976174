"""What a run trains: geometry and heads agreed between model section, settings and datasets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from senformer.core.errors import ConfigError
from senformer.dataset.store import Dataset
from senformer.train.config import TrainConfig

_WHERE = "model"


@dataclass(frozen=True)
class Plan:
    """A model to create and the geometry of its windows.

    Attributes
    ----------
    name, overrides
        Arguments of ``create_model``: window, crop and heads are among the overrides.
    window_bp, crop_bins, bin_bp
        Input in bp, bins cut off each side of the output, and their width in bp.
    """

    name: str
    overrides: dict[str, Any]
    window_bp: int
    crop_bins: int
    bin_bp: int


def make_plan(section: Mapping[str, Any], config: TrainConfig, datasets: Mapping[str, Dataset]) -> Plan:
    """Agree window, crop, bin and heads.

    What the ``model`` section leaves open comes from the ``train`` section, then from the datasets, which
    must agree with one another.

    Raises
    ------
    ConfigError
        Two of them differ (both are named), or the model has no name.
    """
    if "name" not in section:
        raise ConfigError("E106", _WHERE, "key 'name' is missing", "Name the model, for instance enformer.")
    if not datasets:
        raise ConfigError("E601", "train", "there is no dataset", "Give at least one --data.")
    bin_bp = _common(datasets, "bin_bp")
    window_bp = config.window_bp or _common(datasets, "window_bp")
    crop_bins = _common(datasets, "crop_bins") if config.crop_bins is None else config.crop_bins
    heads = {organism: len(dataset.tracks) for organism, dataset in datasets.items()}
    wanted: dict[str, Any] = {"window_bp": window_bp, "crop_bins": crop_bins, "heads": heads}
    for key, value in wanted.items():
        if key in section and section[key] != value:
            raise _disagree(
                f"{key} is {section[key]!r} in the model section",
                f"{value!r} in {_origin(config, key, datasets)}",
            )
    overrides = {**{key: value for key, value in section.items() if key != "name"}, **wanted}
    return Plan(section["name"], overrides, window_bp, crop_bins, bin_bp)


def check_bins(plan: Plan, model_bin_bp: int) -> None:
    """Raise unless the model's bin is as wide as the datasets'."""
    if model_bin_bp != plan.bin_bp:
        raise _disagree(f"the model's bin is {model_bin_bp} bp", f"{plan.bin_bp} bp in the dataset")


def _common(datasets: Mapping[str, Dataset], key: str) -> int:
    values = {organism: getattr(dataset.config, key) for organism, dataset in datasets.items()}
    first = next(iter(values))
    for organism, value in values.items():
        if value != values[first]:
            raise _disagree(
                f"{key} is {values[first]} in dataset {first!r}", f"{value} in dataset {organism!r}"
            )
    return values[first]


def _origin(config: TrainConfig, key: str, datasets: Mapping[str, Dataset]) -> str:
    if getattr(config, key, None) is not None:
        return "the train section"
    return "the dataset" + "s" * (len(datasets) > 1)


def _disagree(one: str, other: str) -> ConfigError:
    return ConfigError("E602", _WHERE, f"{one} and {other}", "Make them agree, or leave one out.")
