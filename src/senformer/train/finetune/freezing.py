"""What trains at which step: a function of the settings and the step alone, set on the model before it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from senformer.core.errors import ConfigError
from senformer.model.parts import ADAPTERS, ALL, adapted_weights, as_patterns, named_parts, names_in
from senformer.train.finetune.config import FinetuneConfig, StageConfig
from senformer.train.rates import takes_part

_WHERE = "train.finetune"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Phase:
    """What is set from one step to the next stage.

    Attributes
    ----------
    from_step
        Updates done before it begins.
    trained
        Names of the parameters that train.
    parameters, modules
        Whether each takes part in training.
    """

    from_step: int
    trained: set[str]
    parameters: list[tuple[nn.Parameter, bool]]
    modules: list[tuple[nn.Module, bool]]

    @property
    def n_trained(self) -> int:
        """Values that train."""
        return sum(parameter.numel() for parameter, trains in self.parameters if trains)


class Freezing:
    """Says of one model what trains when; at first, whatever trains at any time does.

    What takes no gradient when it is made, by a rate of 0 for instance, never does.

    A module in which nothing trains is in evaluation: it drops nothing out, and its batch norms keep their
    running statistics, unless ``frozen_norms`` says otherwise of these.

    Attributes
    ----------
    phases
        In order; the first begins at step 0.

    Raises
    ------
    ConfigError
        A pattern means no parameter.
    """

    def __init__(self, model: nn.Module, config: FinetuneConfig) -> None:
        chosen = config.train or (ALL if config.adapters is None else ["heads", "adapters"])
        stages = config.stages or [StageConfig(from_step=0, train=chosen)]
        parameters = named_parts(model)
        frozen = {name for name, parameter in parameters.items() if not parameter.requires_grad}
        self._adapters = {name for name in parameters if name.startswith(ADAPTERS)}
        trained: set[str] = set()
        self.phases: list[Phase] = []
        for stage in stages:
            trained = (trained | _named(stage, list(parameters))) - frozen
            flags = [(parameter, name in trained) for name, parameter in parameters.items()]
            modes = _modes(model, {id(p) for p, trains in flags if trains}, config.frozen_norms)
            self.phases.append(Phase(stage.from_step, trained, flags, modes))
        self._now: Phase | None = None
        self._set(self.phases[-1])

    def begin(self, step: int) -> None:
        """Set what trains in update ``step`` (from 1); modes that others changed in between are set again."""
        phase = [phase for phase in self.phases if phase.from_step < step][-1]
        if phase is not self._now:
            n_all = sum(parameter.numel() for parameter, _ in phase.parameters)
            log.info("from step %d on %s of %s parameters train", step, f"{phase.n_trained:,}", f"{n_all:,}")
        self._now = phase
        self._set(phase)

    def _set(self, phase: Phase) -> None:
        for parameter, trains in phase.parameters:
            parameter.requires_grad_(trains)
        for module, trains in phase.modules:
            module.training = trains

    def check(self, organisms: Iterable[str]) -> None:
        """Raise unless something trains in every update, whichever organism has its turn, and adapters do.

        Raises
        ------
        ConfigError
            Nothing does in a stage, or no adapter does in any.
        """
        for organism in organisms:
            for phase in self.phases:
                if not any(takes_part(name, organism) for name in phase.trained):
                    raise ConfigError(
                        "E633",
                        f"{_WHERE}, stage from step {phase.from_step}",
                        f"nothing trains in an update of {organism!r}",
                        f"Let heads.{organism} train, or a part of the trunk.",
                    )
        if self._adapters and self._adapters.isdisjoint(self.phases[-1].trained):
            found = "has no effect: no adapter trains at any step"
            todo = "Name them in what trains, train: [heads, adapters], or leave adapters out."
            raise ConfigError("E676", f"{_WHERE}.adapters", found, todo)


def _named(stage: StageConfig, names: list[str]) -> set[str]:
    """Return what a stage names, but for weights that an adapter stands in for."""
    adapted = adapted_weights(names)
    for pattern in as_patterns(stage.train):
        meant = names_in([pattern], names, _WHERE)
        if meant <= adapted:
            found = f"{pattern!r} means nothing but weights with an adapter, which are frozen"
            raise ConfigError(
                "E636", _WHERE, found, f"Leave it out, or write 'adapters.{pattern.removesuffix('.weight')}'."
            )
    return names_in(as_patterns(stage.train), names, _WHERE) - adapted


def _modes(model: nn.Module, trained: set[int], frozen_norms: bool | None) -> list[tuple[nn.Module, bool]]:
    """Return the mode of every module; one that has no parameters, a dropout, has that of what holds it."""
    found: dict[str, bool] = {}
    for name, module in model.named_modules():
        own = [id(parameter) for parameter in module.parameters()]
        trains = found[name.rpartition(".")[0]] if name and not own else not trained.isdisjoint(own)
        if frozen_norms is not None and hasattr(module, "running_mean"):
            trains = not frozen_norms
        found[name] = trains
    return [(model.get_submodule(name), trains) for name, trains in found.items()]
