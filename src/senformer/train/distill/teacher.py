"""The teacher: a finished model whose predictions stand in for measured targets; no label is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from senformer.core.errors import ConfigError
from senformer.dataset import TableDataset
from senformer.dataset.batch import Batch
from senformer.dataset.examples import AnyDataset
from senformer.model.activations import POSITIVE
from senformer.predict.cover import Cover, make_cover
from senformer.predict.source import load_run_model
from senformer.train.config import TrainConfig
from senformer.train.finetune.source import Source, read_source, track_difference
from senformer.train.losses import LOSSES
from senformer.train.plan import Plan

_WHERE = "train.distill"
# Whose predictions are probabilities.
_LABELS = frozenset({"sigmoid"})


@dataclass(frozen=True)
class Teacher:
    """A model in evaluation, and where its windows lie in those of the student.

    Attributes
    ----------
    model
        Its weights take no gradient and never change.
    cover
        Its windows in the student's.
    sha256
        Of its weights.
    """

    model: Any
    cover: Cover
    sha256: str

    @torch.no_grad()
    def teach(self, organism: str, batch: Batch) -> Batch:
        """Return the batch with what the teacher predicts of it in place of its targets.

        Each bin comes from one of the teacher's windows, cut from the student's sequence as it is read, with
        its shift and strand. Examples go through it one by one: its memory does not depend on the batch.
        """
        codes = torch.as_tensor(batch.sequence)
        rows = [self._predict(codes[row : row + 1], organism) for row in range(len(codes))]
        return replace(batch, targets=np.concatenate(rows))

    def _predict(
        self, codes: UInt8[Tensor, "one base"], organism: str
    ) -> Float32[np.ndarray, "one bin track"]:
        found = []
        for start, bins in self.cover.tiles:
            window = codes[:, start : start + self.cover.window_bp]
            found.append(self.model(window, heads=[organism])[organism][:, bins].float().cpu().numpy())
        return np.concatenate(found, axis=1)


def named_teacher(config: TrainConfig) -> str | None:
    """Return the path of the teacher that a run follows; None without distillation.

    Raises
    ------
    ConfigError
        No teacher is named (E645).
    """
    if config.distill is None:
        return None
    path = config.distill.teacher or (config.finetune.source if config.finetune else None)
    if path is None:
        raise ConfigError(
            "E645", _WHERE, "names no teacher", "Give teacher: PATH, or finetune: {from: PATH}."
        )
    return path


def make_teacher(
    config: TrainConfig, plan: Plan, datasets: Mapping[str, AnyDataset], device: torch.device
) -> Teacher | None:
    """Load the teacher and hold it against the student; None without distillation.

    Raises
    ------
    ConfigError
        No teacher is named, a dataset is a table, labels are to weigh, a head or its tracks differ, the loss
        is not for what the teacher predicts, or its windows do not fit inside the student's.
    MissingInputError, DataError
        There is no such model, or one of its files is damaged.
    """
    path = named_teacher(config)
    if path is None:
        return None
    if config.class_weights != "none":
        raise ConfigError("E646", "train.class_weights", "weigh labels, and none are read", "Leave them out.")
    source = read_source(path)
    _refuse_unfit_predictions(source, config.loss)
    for organism, dataset in datasets.items():
        if isinstance(dataset, TableDataset):
            found = "is a table; a teacher predicts windows of a genome"
            raise ConfigError("E646", str(dataset.path), found, "Build a dataset of windows.")
        if organism not in source.card.heads:
            found = f"has no head {organism!r}; it has: {', '.join(source.card.heads)}"
            raise ConfigError("E645", f"{_WHERE}: {source.folder}", found, "Name another teacher.")
        difference = track_difference(source, organism, [track.name for track in dataset.tracks])
        if difference is not None:
            todo = "Name a teacher of the dataset's tracks, in their order, or give it the teacher's."
            raise ConfigError("E645", f"{_WHERE}.teacher: {source.folder}", f"predicts {difference}", todo)
    model = load_run_model(path).to(device).eval().requires_grad_(False)
    bin_bp = next(iter(datasets.values())).bin_bp
    if model.bin_bp != bin_bp:
        found = f"bins are {model.bin_bp} bp in {source.folder} and {bin_bp} bp in the data"
        raise ConfigError("E645", _WHERE, found, "Choose a teacher of the same bins.")
    cover = make_cover(
        bin_bp,
        window_bp=plan.window_bp,
        crop_bins=plan.crop_bins,
        short_window_bp=model.window_bp,
        short_crop_bins=model.crop_bins,
    )
    return Teacher(model, cover, source.sha256)


def _refuse_unfit_predictions(source: Source, loss: str) -> None:
    """Raise where a loss of labels or of counts would be given values of another kind.

    Raises
    ------
    ConfigError
        The teacher's activation is named, and a loss of any values.
    """
    kind, activation = LOSSES[loss], source.config.get("activation")
    wanted = _LABELS if kind.is_of_labels else POSITIVE if kind.is_of_counts else None
    if activation is None or wanted is None or activation in wanted:
        return
    what = "labels, 0 to 1" if kind.is_of_labels else "counts, 0 or more"
    raise ConfigError(
        "E645",
        f"{_WHERE}: {source.folder}",
        f"its predictions are {activation}; the {loss} loss needs {what}",
        f"Take loss: mse, or a teacher under activation: {' or '.join(sorted(wanted))}.",
    )
