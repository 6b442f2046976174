"""How a run begins at another model: which weights it takes, and what its records say of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from senformer.dataset.examples import AnyDataset
from senformer.train.finetune.config import FinetuneConfig
from senformer.train.finetune.source import Source, check_tensors, kept_heads, take_weights


@dataclass(frozen=True)
class Start:
    """The source of a run, held against its model and datasets.

    Attributes
    ----------
    source
        The model whose weights are taken.
    config
        The ``finetune`` settings.
    kept, new
        Heads that are taken over, and heads that are drawn.
    """

    source: Source
    config: FinetuneConfig
    kept: list[str]
    new: list[str]

    def prepare(self, model: nn.Module) -> None:
        """Give a new model of this run its weights."""
        take_weights(self.source, model, self.kept)

    @property
    def settings(self) -> dict[str, Any]:
        """What an update depends on: the source by its content, wherever it lies."""
        values = self.config.model_dump(mode="json")
        return {**values, "from": self.source.sha256}

    @property
    def facts(self) -> dict[str, Any]:
        """What ``run.json`` tells of it."""
        heads = {"kept": self.kept, "new": self.new}
        dropped = sorted(set(self.source.card.heads) - set(self.kept))
        return {
            "model": self.source.name,
            "sha256": self.source.sha256,
            "heads": {**heads, "dropped": dropped},
        }


def make_start(
    source: Source,
    config: FinetuneConfig,
    name: str,
    overrides: Mapping[str, Any],
    datasets: Mapping[str, AnyDataset],
) -> Start:
    """Hold a source against the model and the datasets of a run.

    Raises
    ------
    ConfigError
        Its weights do not fit; the first fault is named.
    """
    kept = kept_heads(source, config.heads, datasets, overrides)
    check_tensors(source, name, overrides, kept)
    return Start(source, config, kept, [organism for organism in sorted(datasets) if organism not in kept])
