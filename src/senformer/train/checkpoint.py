"""Checkpoints: the whole state of training at one step, as a folder that is complete or absent.

``checkpoints/step_0000100/`` holds ``model.safetensors``, ``optimizer.safetensors``, under ``ema`` also
``average.safetensors``, and ``state.json`` with the SHA-256 of all: the format itself carries no checksum.
"""

import json
import logging
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor, nn

from senformer.core.commit import commit_folder, remove, sha256, write_json
from senformer.core.errors import DataError, StorageError
from senformer.core.tensor_file import save_tensors
from senformer.train.config import TrainConfig
from senformer.train.optimizer import optimizer_kind, refuse_other_shapes
from senformer.train.shards import like

FORMAT = 1
FOLDER = "checkpoints"
MODEL = "model.safetensors"
OPTIMIZER = "optimizer.safetensors"
AVERAGE = "average.safetensors"
STATE = "state.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """What a checkpoint holds beside tensors.

    Attributes
    ----------
    step
        Updates done.
    settings
        SHA-256 of the settings of the run.
    best
        Step and value of the best validation so far, or None.
    plateau, stop
        What a schedule of plateaus and early stopping have seen of validation: best value and how many came
        since; of plateaus also the factor on the learning rate.
    validated_step
        Step of the last validation, -1 before any; a checkpoint may stand just before one that is due.
    before_end
        ``best``, ``validated_step`` and ``metrics_bytes`` before a validation that the end of the run alone
        asked for, or None: a run that goes on after all has had none there.
    metrics_bytes, timings_bytes
        Length of ``metrics.jsonl`` and ``timings.jsonl`` at this step.
    seconds
        Training time so far, resumed parts together.
    sha256
        Checksums by file name.
    """

    step: int
    settings: str
    best: dict[str, int | float] | None = None
    plateau: dict[str, Any] | None = None
    stop: dict[str, Any] | None = None
    validated_step: int = -1
    before_end: dict[str, Any] | None = None
    metrics_bytes: int = 0
    timings_bytes: int = 0
    seconds: float = 0.0
    sha256: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def checkpoint_path(run: Path, step: int) -> Path:
    """Return the folder of the checkpoint at ``step``."""
    return run / FOLDER / f"step_{step:07d}"


def checkpoint_steps(run: Path) -> list[int]:
    """Return the steps that have a checkpoint folder, intact or not, in order."""
    found = (re.fullmatch(r"step_(\d{7,})", path.name) for path in (run / FOLDER).glob("step_*"))
    return sorted(int(match[1]) for match in found if match)


def save_checkpoint(run: Path, state: State, files: Mapping[str, Mapping[str, Tensor]]) -> None:
    """Write the checkpoint of ``state.step``, tensors by file; it appears complete or not at all."""

    def write(folder: Path) -> None:
        for name, tensors in files.items():
            save_tensors(tensors, folder / name)
        sums = {name: sha256(folder / name) for name in files}
        write_json(folder / STATE, asdict(state) | {"sha256": sums})

    commit_folder(checkpoint_path(run, state.step), write)


def refuse_small_disk(run: Path, model: nn.Module, config: TrainConfig) -> None:
    """Stop before any work where the disk cannot hold the checkpoints.

    Counted are those that are kept, the best one, the one being written, and the finished model.

    Raises
    ------
    StorageError
        There is too little space; needed and free bytes are named.
    """
    weights = sum(tensor.nbytes for tensor in model.state_dict().values())
    n_moments = optimizer_kind(config)[0].n_moments
    moments = sum(n_moments * parameter.nbytes for parameter in model.parameters() if parameter.requires_grad)
    if config.ema is not None:
        moments += sum(parameter.nbytes for parameter in model.parameters() if parameter.requires_grad)
    needed = (weights + moments) * (config.keep_checkpoints + 2) + weights
    free = shutil.disk_usage(run).free
    if free < needed:
        raise StorageError(
            "E801",
            str(run),
            f"the disk has {free:,} bytes free, the checkpoints need {needed:,}",
            "Free some space, choose another --out, or lower keep_checkpoints.",
        )


def best_steps(state: State) -> set[int]:
    """Return the steps of the best validation, and of the best before the end of the run."""
    before = None if state.before_end is None else state.before_end["best"]
    return {int(best["step"]) for best in (state.best, before) if best is not None}


def prune_checkpoints(run: Path, keep: int, best: Collection[int] = ()) -> None:
    """Remove all but the newest ``keep`` checkpoints and the best ones."""
    for step in checkpoint_steps(run)[:-keep]:
        if step not in best:
            remove(checkpoint_path(run, step))


def read_state(run: Path, step: int) -> State:
    """Read and verify the checkpoint at ``step``.

    Raises
    ------
    DataError
        A file is missing or damaged (its SHA-256 differs), or the format is another version's.
    """
    folder = checkpoint_path(run, step)
    found = _parse_state(folder / STATE)
    for name, expected in found.sha256.items():
        if not (folder / name).is_file():
            raise _damaged(folder / name, "is missing")
        if sha256(folder / name) != expected:
            raise _damaged(folder / name, "is damaged: its SHA-256 is not the recorded one")
    return found


def _parse_state(path: Path) -> State:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version = values["format"]
        if version == FORMAT:
            return State(**values)
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise _damaged(path, f"cannot be read ({fault})") from fault
    raise DataError(
        "E608",
        str(path),
        f"is of format {version}, this version reads {FORMAT}",
        "Resume with the version of senformer that began the run.",
    )


def newest_state(run: Path) -> State | None:
    """Return the newest intact checkpoint's state; a damaged one is named and passed over.

    Raises
    ------
    DataError
        There are checkpoints and all are damaged.
    """
    steps = checkpoint_steps(run)
    for step in reversed(steps):
        try:
            return read_state(run, step)
        except DataError as fault:
            if fault.code != "E607":
                raise
            log.warning("%s Looking for the checkpoint before it.", fault.line.replace("error", "warning"))
    if steps:
        raise DataError("E609", str(run / FOLDER), "every checkpoint is damaged", "Train into another --out.")
    return None


def load_tensors(run: Path, step: int, name: str) -> dict[str, Tensor]:
    """Read one tensor file of a checkpoint that was verified."""
    return load_file(checkpoint_path(run, step) / name)


def load_weights(model: nn.Module, run: Path, step: int, averaged: bool = False) -> None:
    """Set the weights of ``model`` from a checkpoint; ``averaged``: its average of them.

    Raises
    ------
    DataError
        A tensor is missing, unknown or of another shape; it is named with both shapes.
    """
    tensors = load_tensors(run, step, MODEL)
    if averaged:
        tensors |= load_tensors(run, step, AVERAGE)
    own = model.state_dict()
    refuse_other_shapes(tensors, own, str(checkpoint_path(run, step) / MODEL))
    model.load_state_dict({key: like(tensor, own[key]) for key, tensor in tensors.items()})


def _damaged(path: Path, found: str) -> DataError:
    return DataError("E607", str(path), found, "Restore the file from a copy.")
