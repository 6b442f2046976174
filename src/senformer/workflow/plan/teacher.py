"""What a teacher adds to the steps of a run that it is distilled in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from senformer.core.errors import ConfigError
from senformer.model.config import EnformerConfig
from senformer.model.create import model_config
from senformer.predict.cover import make_cover
from senformer.train.config import TrainConfig
from senformer.train.distill.teacher import named_teacher
from senformer.train.finetune.source import Source, read_source
from senformer.workflow.plan.estimate import seconds_of
from senformer.workflow.plan.memory import Shape, predict_bytes, train_bytes
from senformer.workflow.plan.parameters import empty_model
from senformer.workflow.plan.rates import Rates


@dataclass(frozen=True)
class TeacherLoad:
    """A finished model that predicts the targets of every example.

    Attributes
    ----------
    name, config
        The teacher.
    n_windows
        Of the teacher in one window of the student.
    """

    name: str
    config: EnformerConfig
    n_windows: int

    def shape(self, head: str, dtype: str, device: str) -> Shape:
        """Return the sizes of one of its predictions, which it makes window by window."""
        n_bins = self.config.window_bp // self.config.bin_bp
        return Shape(empty_model(self.name, self.config), n_bins, 1, dtype, device, head)

    def seconds(self, shape: Shape, rates: Rates, batch: int) -> float:
        """Return its time in a step of ``batch`` windows of the student, from :meth:`shape`."""
        once = seconds_of(shape, self.name, rates, self.config.attention.kind, shape.head or "")
        return batch * self.n_windows * once


def read_teacher(train: TrainConfig) -> Source | None:
    """Return the facts of the teacher that a run names; None without distillation.

    Raises
    ------
    ConfigError
        None is named (E645).
    MissingInputError, DataError
        There is no such model, or one of its files is damaged.
    """
    path = named_teacher(train)
    return None if path is None else read_source(path)


def teacher_load(source: Source, config: EnformerConfig) -> TeacherLoad:
    """Return what a teacher is, and how often its window lies in that of ``config``.

    Raises
    ------
    ConfigError
        It is a model that cannot be planned (E136), it lacks a head (E645), or its windows do not fit (E644).
    """
    own: Any = model_config(source.name, source.config)
    where = f"train.distill: {source.folder}"
    if not isinstance(own, EnformerConfig):
        found = f"is {source.name}, which has parts that plan knows no formula for"
        raise ConfigError("E136", where, found, "Plan with another teacher.")
    lacking = [head for head in config.heads if head not in own.heads]
    if lacking:
        found = f"has no head {lacking[0]!r}; it has: {', '.join(own.heads)}"
        raise ConfigError("E645", where, found, "Name another teacher, or its heads in the model section.")
    cover = make_cover(
        config.bin_bp,
        window_bp=config.window_bp,
        crop_bins=config.crop_bins,
        short_window_bp=own.window_bp,
        short_crop_bins=own.crop_bins,
    )
    return TeacherLoad(source.name, own, len(cover.tiles))


def beside(shape: Shape) -> Callable[[Shape], dict[str, int]]:
    """Return what a training step takes beside a teacher of these sizes, as a function of the student's.

    The teacher predicts before the student's forward pass and leaves its weights and the targets alone: what
    it works with counts where it is more than what the step keeps and works with.
    """
    need = predict_bytes(shape)

    def bytes_of(student: Shape) -> dict[str, int]:
        step = train_bytes(student)
        more = need["working"] - step["kept"] - step["working"]
        return {**step, "teacher": need["weights"] + need["halves"] + max(0, more)}

    return bytes_of
