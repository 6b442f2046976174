"""The curve of a run as TensorBoard's event files, for those who watch many runs there.

Needs the package ``tensorboard`` (the extra of that name), and neither TensorFlow nor torch.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from senformer.core.commit import commit_folder, refuse_existing
from senformer.core.errors import MissingInputError
from senformer.report.inputs import read_json, read_lines

_FIXED = ("step", "organism")
# TensorBoard reads every file with "tfevents" in its name; by this ending we know our own.
_ENDING = ".senformer"


def write_events(run: Path, out: Path) -> int:
    """Write every number of ``metrics.jsonl`` and ``timings.jsonl`` as a scalar and return how many they are.

    A number is called ``key/organism`` (``loss/yeast``), one of all organisms ``key`` alone. The time of a
    step is the run's beginning and its training time, between those of the steps that tell theirs.

    Parameters
    ----------
    run
        Run folder of ``train``; one under way will do.
    out
        Folder to create; ``tensorboard --logdir`` takes it, or the folder above several of them. One that
        this function filled is written anew.

    Raises
    ------
    MissingInputError
        There is no ``run.json``, or the package is not installed.
    DataError
        A file is damaged.
    OutputError
        ``out`` exists and holds other files.
    """
    refuse_foreign_events(out)
    try:
        from tensorboard.summary import Writer
    except ImportError as fault:
        todo = "Run: pip install 'senformer[tensorboard]'"
        raise MissingInputError("E784", str(out), "tensorboard is not installed", todo) from fault
    began = datetime.fromisoformat(read_json(run / "run.json")["started"]).timestamp()
    timings = read_lines(run / "timings.jsonl")
    scalars = list(_scalars([*read_lines(run / "metrics.jsonl"), *timings]))
    steps = np.array([0, *(line["step"] for line in timings)], float)
    elapsed = np.array([0, *(line["elapsed_s"] for line in timings)], float)

    def write(folder: Path) -> None:
        writer = Writer(str(folder))
        for name, step, value in scalars:
            seconds = float(np.interp(step, steps, elapsed))
            writer.add_scalar(name, value, step, wall_time=began + seconds)
        writer.close()
        for file in list(folder.iterdir()):
            file.rename(file.with_name(f"{file.name}{_ENDING}"))

    commit_folder(out, write)
    return len(scalars)


def refuse_foreign_events(out: Path) -> None:
    """Raise unless a folder of events is free, or holds nothing but such as we wrote, which may be replaced.

    Raises
    ------
    OutputError
        There is something else.
    """
    files = [path for path in out.rglob("*") if path.is_symlink() or not path.is_dir()]
    if not out.is_dir() or not files or not all(path.name.endswith(_ENDING) for path in files):
        refuse_existing(out, option="--tensorboard")


def _scalars(lines: list[dict[str, Any]]) -> Iterator[tuple[str, int, float]]:
    """Yield name, step and value of every number."""
    for line in lines:
        if "step" not in line:  # of a model that is fitted at once
            continue
        for key, value in line.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if key in _FIXED or not is_number:
                continue
            name = f"{key}/{line['organism']}" if "organism" in line else key
            yield name, int(line["step"]), float(value)
