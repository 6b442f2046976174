"""An experiment file and the runs that it asks for.

An experiment is a grid: every arm (a model or a way to train it) on every dataset, or on the datasets that
the arm names, with every seed. Seeds come first in the order of runs, so that an experiment that was cut
short has compared all arms once before it repeats one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from senformer.core.config import Config, parse, read_yaml
from senformer.core.tables import choose

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "experiments"


class Data(Config):
    """One dataset.

    Attributes
    ----------
    dataset
        The ``dataset`` section.
    files
        Keys of that section whose values are paths below the folder of shared data.
    simulate
        Settings of a simulated world that gives genome and tracks.
    train
        Keys of the ``train`` section for runs on this dataset alone.
    """

    dataset: dict[str, Any]
    files: dict[str, str] = Field(default_factory=dict)
    simulate: dict[str, Any] | None = None
    train: dict[str, Any] = Field(default_factory=dict)


class Arm(Config):
    """What is compared: keys that differ from the experiment's own.

    Attributes
    ----------
    model, train
        Keys of these sections.
    data
        Datasets that one run trains on together; None for one run on each dataset by itself.
    after
        An arm above this one: its run of the same data and seed is what this one begins at, for
        ``train.finetune`` as for ``extend``, and the teacher of ``train.distill``. An arm with data of its
        own has one run for all data; where it has not the same seed, its first counts.
    seeds
        Those of this arm; None for the experiment's.
    extend
        Changes of that model's window, crop and attention (:func:`senformer.extend`); it is evaluated as it
        then is, without training.
    """

    model: dict[str, Any] = Field(default_factory=dict)
    train: dict[str, Any] = Field(default_factory=dict)
    data: list[str] | None = None
    after: str | None = None
    seeds: list[int] | None = Field(default=None, min_length=1)
    extend: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Arm":
        if self.after is None and (self.extend is not None or "finetune" in self.train):
            raise ValueError("an arm that extends or fine-tunes a model names the arm of it: after")
        if self.extend is not None and (self.model or self.train):
            raise ValueError("an arm that extends a model does not train it: leave out model and train")
        return self


class Experiment(Config):
    """An experiment file.

    Attributes
    ----------
    title
        What is asked.
    seeds
        Of initial weights, order of windows and augmentation.
    data, arms
        By name.
    model, train
        Sections that all runs share.
    splits
        That are evaluated.
    drift
        Whether the drift of arms that begin at another is measured from it.
    memory_gib
        Private memory that a run may take; a run that asks for more ends there, and that is its result.
    """

    title: str
    seeds: list[int] = Field(min_length=1)
    data: dict[str, Data] = Field(min_length=1)
    arms: dict[str, Arm] = Field(min_length=1)
    model: dict[str, Any]
    train: dict[str, Any]
    splits: list[Literal["train", "valid", "test"]] = Field(default_factory=lambda: ["test"])
    drift: bool = False
    memory_gib: PositiveFloat | None = None


@dataclass(frozen=True)
class Task:
    """One run: what is trained, on what, with which seed; ``after`` is the run that it begins at."""

    name: str
    arm: str
    data: tuple[str, ...]
    seed: int
    model: dict[str, Any]
    train: dict[str, Any]
    after: str | None = None
    extend: dict[str, Any] | None = None


def read_experiment(name: str) -> Experiment:
    """Return the experiment of ``configs/experiments/NAME.yaml``.

    Raises
    ------
    ConfigError
        There is none of this name, a key is wrong, or an arm names a dataset that is not there.
    """
    files = {file.stem: file for file in CONFIGS.glob("*.yaml")}
    path = choose(files, name, "experiment")
    experiment = parse(Experiment, read_yaml(path), str(path))
    above: dict[str, Arm] = {}
    for name, arm in experiment.arms.items():
        for data in arm.data or ():
            choose(experiment.data, data, "dataset of this experiment")
        if arm.after is not None:
            choose(above, arm.after, "arm above this one")
        above[name] = arm
    return experiment


def tasks(experiment: Experiment) -> Iterator[Task]:
    """Yield all runs, seed by seed."""
    for seed in experiment.seeds:
        for arm, settings in experiment.arms.items():
            if seed in seeds_of(experiment, arm):
                yield from _runs(experiment, arm, settings, seed)


def seeds_of(experiment: Experiment, arm: str) -> list[int]:
    """Return the seeds of an arm, those of the experiment where it has none of its own."""
    return experiment.arms[arm].seeds or experiment.seeds


def _runs(experiment: Experiment, arm: str, settings: Arm, seed: int) -> Iterator[Task]:
    groups = [(arm, settings.data)] if settings.data else [(f"{d}-{arm}", [d]) for d in experiment.data]
    for name, data in groups:
        own = experiment.data[data[0]].train if len(data) == 1 else {}
        after = None
        if settings.after is not None:
            known = seeds_of(experiment, settings.after)
            data_of = "" if experiment.arms[settings.after].data else name.removesuffix(arm)
            after = f"{data_of}{settings.after}-s{seed if seed in known else known[0]}"
        yield Task(
            name=f"{name}-s{seed}",
            arm=arm,
            data=tuple(data),
            seed=seed,
            model={**experiment.model, **settings.model},
            train={**experiment.train, **own, **settings.train, "seed": seed},
            after=after,
            extend=settings.extend,
        )
