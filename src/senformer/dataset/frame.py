"""What every build does around its work: one process a folder, resumable, and nothing left of bad input."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from senformer.core.config import Config
from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import versions
from senformer.dataset import layout
from senformer.dataset.folder import clear_folder, refuse_foreign, refuse_other
from senformer.dataset.inputs import is_unchanged
from senformer.dataset.manifest import check_dataset, check_entries, read_json

log = logging.getLogger(__name__)


@runtime_checkable
class Plan(Protocol):
    """A checked build of any kind."""

    @property
    def header(self) -> dict[str, Any]:
        """The content of ``dataset.json``: what identifies the dataset."""
        ...


P = TypeVar("P", bound=Plan)


def never(fault: Exception) -> bool:
    """Say that nothing is kept, whatever the fault."""
    return False


def run_build(
    config: Config,
    out: Path,
    make_plan: Callable[[], P],
    fill: Callable[[P], dict[str, Any]],
    *,
    keeps: Callable[[Exception], bool] = never,
) -> dict[str, Any]:
    """Build into ``out`` and return the counts; of a finished folder return them alone.

    Parameters
    ----------
    config
        Of the dataset.
    out
        Folder to make. One that holds something else is refused.
    make_plan
        Checks every input; called only where the folder is not finished, or its inputs may have changed.
    fill
        Does what is left to do, and closes the dataset.
    keeps
        Whether what was done stays after a fault of an input; otherwise a folder that this call began is
        emptied.

    Raises
    ------
    SenformerError
        The folder is taken or holds something else, and what plan and work raise.
    """
    refuse_foreign(out)
    with folder_lock(out):
        _refuse_damaged(out)
        if is_finished(out, config):
            log.info(
                "%s is finished and its inputs are unchanged; its bytes are proven by senformer verify", out
            )
            return stored_counts(out)
        plan = make_plan()
        fresh = not (out / layout.HEADER).is_file()
        if not fresh:
            refuse_other(out, plan.header)
        if (out / layout.DONE).is_file():
            return stored_counts(out)
        try:
            return fill(plan)
        except (ConfigError, DataError, MissingInputError) as fault:
            if fresh and not keeps(fault):
                clear_folder(out)
            raise


def is_finished(out: Path, config: Config) -> bool:
    """Say whether ``out`` is what this build makes, as far as that is known without reading the inputs."""
    if not all((out / name).is_file() for name in (layout.DONE, layout.HEADER, RUN_RECORD)):
        return False
    is_our_version = read_json(out / layout.HEADER).get("made_by") == versions().get("senformer", "unknown")
    return is_our_version and is_unchanged(read_json(out / RUN_RECORD), config)


def stored_counts(out: Path) -> dict[str, Any]:
    """Return what the build of a finished dataset counted."""
    return read_json(out / layout.STATISTICS)["counts"]


def _refuse_damaged(out: Path) -> None:
    """Refuse a finished dataset that lacks a file, or whose sizes or small files are not as it was closed."""
    if not (out / layout.DONE).is_file() or _is_collection(out):
        return
    check_dataset(out, verify=False)
    if not (out / RUN_RECORD).is_file():
        found = (
            f"lacks {RUN_RECORD}, which tells what it was made from; its other files are as they were closed"
        )
        raise DataError("E412", str(out), found, "Copy the file here again, or choose another --out.")


def _is_collection(out: Path) -> bool:
    """Say whether ``DONE.json`` closes several datasets; that these are others is told by their header."""
    return "sha256" in read_json(out / layout.DONE)


def is_recorded(out: Path, record: Path) -> bool:
    """Say whether the record of a part of the work is there, and every file that it names."""
    return record.is_file() and not check_entries(out, read_json(record)["files"], verify=False)
