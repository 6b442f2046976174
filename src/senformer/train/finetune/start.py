"""How a run begins at another model: which weights it takes, and what its records say of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from senformer.dataset.examples import AnyDataset
from senformer.model.adapters import add_adapters
from senformer.model.create import create_model
from senformer.train.config import TrainConfig
from senformer.train.finetune.config import FinetuneConfig
from senformer.train.finetune.freezing import Freezing
from senformer.train.finetune.kept_bins import refuse_idle_keeping
from senformer.train.finetune.source import Source, check_tensors, kept_heads, take_weights
from senformer.train.rates import freeze


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
    n_trained
        Parameters that train from which step on.
    takes_weights
        Whether a new model takes the source's weights; False where a checkpoint has them all.
    """

    source: Source
    config: FinetuneConfig
    kept: list[str]
    new: list[str]
    n_trained: list[dict[str, int]] = field(default_factory=list)
    takes_weights: bool = True

    def prepare(self, model: nn.Module, seed: int) -> None:
        """Give a new model of this run its weights and adapters."""
        if self.takes_weights:
            take_weights(self.source, model, self.kept)
        self.adapt(model, seed)

    def adapt(self, model: nn.Module, seed: int) -> None:
        """Give a model of this run its adapters alone."""
        if self.config.adapters is not None:
            add_adapters(model, self.config.adapters, seed, "train.finetune.adapters")

    @property
    def settings(self) -> dict[str, Any]:
        """What an update depends on: the source by its content, wherever it lies."""
        values = self.config.model_dump(mode="json")
        # How much is kept changes nothing; that sequences run one by one then does, in the last digits.
        if values.pop("keep_gib") is not None:
            values["keeps_bins"] = True
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
            "stages": self.n_trained,
        }


def make_start(
    source: Source,
    settings: TrainConfig,
    name: str,
    overrides: Mapping[str, Any],
    datasets: Mapping[str, AnyDataset],
) -> Start:
    """Hold a source against the model and the datasets of a run.

    Raises
    ------
    ConfigError
        Its weights do not fit, or what is to train is no part of the model; the first fault is named.
    """
    config = settings.finetune
    assert config is not None
    kept = kept_heads(source, config.heads, datasets, overrides)
    with torch.device("meta"):
        model = create_model(name, **overrides)
    check_tensors(source, model, kept)
    new = [organism for organism in sorted(datasets) if organism not in kept]
    start = Start(source, config, kept, new)
    start.adapt(model, settings.seed)
    freeze(model, settings)
    freezing = Freezing(model, config)
    freezing.check(datasets)
    if config.keep_gib is not None:
        refuse_idle_keeping(model, freezing, config.frozen_norms)
    n_trained = [{"from_step": phase.from_step, "n_trained": phase.n_trained} for phase in freezing.phases]
    return replace(start, n_trained=n_trained)
