"""Finished shards of a job, recorded inside its folder until all are there.

``.work/plan.json`` says what the job is, ``.work/shards.jsonl`` has one line a finished shard with the
SHA-256 of its files. A shard exists only when its line does; a result folder only when ``DONE.json`` does.
Where the result is a file, the folder is a hidden one beside it (:mod:`senformer.variants.parts`).
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from senformer.core.commit import append_line, refuse_existing, remove, sha256, truncate_file, write_json
from senformer.core.errors import ConfigError, DataError, DeviceError, MissingInputError, OutputError
from senformer.core.lock import FILE as LOCK
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.dataset.manifest import describe_files

WORK = ".work"
DONE = "DONE.json"
_PLAN = "plan.json"
_MANIFEST = "shards.jsonl"
# Of the job itself: repeated as it is, it would meet them again.
FAULTS = (DataError, ConfigError, MissingInputError, DeviceError)


class ShardLog:
    """What is finished of one job.

    Attributes
    ----------
    folder
        The output folder, or a hidden one beside the output file.
    work
        Its subfolder for what is needed until the end.
    done
        Files (relative to the folder) with their SHA-256 of each finished shard, by shard name, in order.
    is_resumed
        Whether the work of an earlier run is continued.
    result
        What ``DONE.json`` says, where the job is finished; else None.
    """

    def __init__(self, folder: Path, plan: dict[str, Any]) -> None:
        self.folder = folder
        self.work = folder / WORK
        self.plan: dict[str, Any] = json.loads(json.dumps(plan))
        self.done: dict[str, dict[str, Any]] = {}
        self.is_resumed = False
        self.result: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """SHA-256 of the plan."""
        return hashlib.sha256(json.dumps(self.plan, sort_keys=True).encode()).hexdigest()

    @property
    def has_begun(self) -> bool:
        """Whether an earlier run of some job stands here, unfinished."""
        return (self.work / _PLAN).exists()

    def open(self) -> None:
        """Start the job in an empty folder, or go on with what a killed run of the same job left.

        Raises
        ------
        OutputError
            The folder holds a finished result, other files, or the unfinished work of another command.
        DataError
            A finished shard is damaged.
        """
        if (self.folder / DONE).exists() and self.work.exists():
            self._finish_removal()
            return
        file = self.work / _PLAN
        if not self.has_begun:
            # A run killed before its plan stood has nothing to go on with.
            if self.work.is_dir() and not any(self.work.glob("[!.]*")):
                remove(self.work)
            refuse_existing(self.folder)
            write_json(file, self.plan)
            return
        self._check_plan(json.loads(file.read_text(encoding="utf-8")))
        self._sweep()
        self._read()
        self.is_resumed = True

    def _check_plan(self, found: dict[str, Any]) -> None:
        changed = [name for name in sorted({*self.plan, *found}) if self.plan.get(name) != found.get(name)]
        if changed:
            raise OutputError(
                "E709",
                str(self.folder),
                f"holds the unfinished work of another command (other {', '.join(changed)})",
                "Repeat that command to finish it, or choose another --out.",
            )

    def _sweep(self) -> None:
        """Remove files that a killed run left half-written (ours and zarr's); the lock says it is dead."""
        for path in list(self.folder.rglob("*")):
            if path.name.startswith((".partial-", ".old-")) or path.suffix == ".partial":
                remove(path)

    def _finish_removal(self) -> None:
        """Go on where a run was killed between its last file and the end of its work folder."""
        result = json.loads((self.folder / DONE).read_text(encoding="utf-8"))
        if result["plan"] != self.key:
            refuse_existing(self.folder)
        remove(self.work)
        self.result = result

    def _read(self) -> None:
        """Read the lines of finished shards, drop a torn last one, and check every file."""
        path = self.work / _MANIFEST
        if not path.exists():
            return
        raw = path.read_bytes()
        complete = raw[: raw.rfind(b"\n") + 1]
        if len(complete) < len(raw):
            truncate_file(path, len(complete))
        lines = [json.loads(line) for line in complete.splitlines()]
        for number, line in enumerate(lines, 1):
            self._check_files(line["files"])
            if number == len(lines):
                self._check_files(line["newest"])
            self.done[line["shard"]] = line

    def _check_files(self, files: dict[str, str]) -> None:
        for name, digest in files.items():
            file = self.folder / name
            if not file.is_file() or sha256(file) != digest:
                raise DataError(
                    "E710",
                    str(file),
                    "a finished part is damaged or missing",
                    f"Remove {self.folder} to start anew.",
                )

    def finish(self, shard: str, *files: Path, newest: Path | None = None) -> None:
        """Record that ``shard`` is complete.

        Parameters
        ----------
        shard
            Its name.
        files
            What it consists of.
        newest
            A file that sums up all shards so far; that of the shard before is removed.
        """
        before = list(self.done.values())[-1:]
        line = {
            "shard": shard,
            "files": self._digests(files),
            "newest": self._digests([newest] if newest else []),
        }
        append_line(self.work / _MANIFEST, json.dumps(line))
        self.done[shard] = line
        for name in before[0]["newest"] if before else ():
            remove(self.folder / name)

    def _digests(self, files: Iterable[Path]) -> dict[str, str]:
        return {str(file.relative_to(self.folder)): sha256(file) for file in files}

    @contextlib.contextmanager
    def leave_nothing(self) -> Iterator[None]:
        """Empty the folder again where a fault is met before anything is finished.

        Finished shards are never removed: they are the work of hours, and the fault may be mended. Neither is
        work after an end that says nothing of the job itself, as a kill or a failing disk.
        """
        try:
            yield
        except Exception as fault:
            if not self.done and (isinstance(fault, FAULTS) or self._has_plan_alone):
                for child in self.folder.iterdir():
                    if child.name != LOCK:
                        remove(child)
            raise

    @property
    def _has_plan_alone(self) -> bool:
        files = {path.name for path in self.folder.rglob("*") if not path.is_dir()}
        return files <= {_PLAN, LOCK}

    def close(self, result: dict[str, Any]) -> None:
        """Write ``DONE.json`` with size and SHA-256 of every file, then remove the work folder.

        The run record is not among them: it holds the time, and equal jobs have equal ``DONE.json``.
        """
        inside = [path for path in self.folder.iterdir() if path.name not in (WORK, LOCK, RUN_RECORD)]
        files = describe_files(self.folder, inside)
        write_json(self.folder / DONE, {"format": 1, "plan": self.key, **result, "files": files})
        remove(self.work)
