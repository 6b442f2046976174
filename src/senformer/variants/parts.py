"""Finished shards of a scoring job, kept beside the output until the job is done.

Layout: ``.FILE.parts/`` beside the output FILE, with ``key.json`` (what the job is), one parquet and one npz
file a finished shard, and ``manifest.jsonl`` with one line a finished shard. A shard exists only when its
line does, so a killed job goes on after the last line.
"""

import contextlib
import glob
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from senformer.core.commit import append_line, refuse_existing, remove, sha256, truncate_file, write_json
from senformer.core.errors import DataError, OutputError
from senformer.core.lock import folder_lock

_KEY = "key.json"
_MANIFEST = "manifest.jsonl"


class Parts:
    """The output file of a job, the files beside it, and its work folder.

    Attributes
    ----------
    out, run_path, top_path
        The score table, the run record ``FILE.run.json`` and the largest effects ``FILE.top.npz``.
    folder
        The work folder.
    n_done
        Number of finished shards; shard ``n_done`` comes next.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.run_path = out.with_name(f"{out.name}.run.json")
        self.top_path = out.with_name(f"{out.name}.top.npz")
        self.folder = out.with_name(f".{out.name}.parts")
        self.n_done = 0

    @property
    def _results(self) -> tuple[Path, Path, Path]:
        return self.out, self.run_path, self.top_path

    def refuse_existing(self) -> None:
        """Raise when an output file is there that no killed run of ours left (OutputError)."""
        if not self.folder.is_dir():
            for path in self._results:
                refuse_existing(path)

    @contextlib.contextmanager
    def open(self, key: dict[str, Any]) -> Iterator[bool]:
        """Hold the work folder, created or as a killed run of the same job left it.

        Parameters
        ----------
        key
            Everything that the result depends on; the folder of another key is not touched.

        Yields
        ------
        Whether work is left; False when a killed run had written everything but not tidied up.

        Raises
        ------
        OutputError
            The folder holds the unfinished work of another job, or the output is another's.
        LockedError
            Another process works on the same output.
        DataError
            A finished shard is damaged.
        """
        with folder_lock(self.folder):
            is_finished = self.out.exists() and self._was_written_by(key)
            if not is_finished:
                self._claim(key)
            for path in self._results:
                self._sweep(path)
            yield not is_finished

    def _was_written_by(self, key: dict[str, Any]) -> bool:
        if not self.run_path.is_file():
            return False
        return json.loads(self.run_path.read_text(encoding="utf-8")).get("key") == key

    def _claim(self, key: dict[str, Any]) -> None:
        refuse_existing(self.out)
        key_file = self.folder / _KEY
        if key_file.exists():
            self._check_key(key, json.loads(key_file.read_text(encoding="utf-8")))
            self.n_done = self._count_shards()
        else:
            for path in self._results:
                refuse_existing(path)
            write_json(key_file, key)

    def _check_key(self, key: dict[str, Any], found: dict[str, Any]) -> None:
        changed = [name for name in sorted({*key, *found}) if key.get(name) != found.get(name)]
        if changed:
            raise OutputError(
                "E754",
                str(self.folder),
                f"holds the unfinished work of another command (different {', '.join(changed)})",
                "Repeat that command to finish it, or remove this folder to start anew.",
            )

    def _count_shards(self) -> int:
        """Count the finished shards, dropping a torn last line and checking every file."""
        path = self.folder / _MANIFEST
        if not path.exists():
            return 0
        raw = path.read_bytes()
        complete = raw[: raw.rfind(b"\n") + 1]
        if len(complete) < len(raw):
            truncate_file(path, len(complete))
        lines = [json.loads(line) for line in complete.splitlines()]
        for index, line in enumerate(lines):
            self._check_part(self.table_part(index), line["table"])
        if lines:
            self._check_part(self.top_part(len(lines) - 1), lines[-1]["top"])
        return len(lines)

    def _check_part(self, path: Path, digest: str) -> None:
        if not path.is_file() or sha256(path) != digest:
            raise DataError(
                "E755",
                str(path),
                "a finished part is damaged or missing",
                f"Remove {self.folder} to start anew.",
            )

    def _sweep(self, path: Path) -> None:
        """Remove temporary files that a killed process left for ``path``."""
        for left in path.parent.glob(f".partial-[0-9]*-{glob.escape(path.name)}"):
            remove(left)

    def table_part(self, index: int) -> Path:
        """Return where shard ``index`` keeps its rows."""
        return self.folder / f"{index:06d}.parquet"

    def top_part(self, index: int) -> Path:
        """Return where the largest effects up to and with shard ``index`` are kept."""
        return self.folder / f"{index:06d}.top.npz"

    def finish_shard(self) -> None:
        """Record that the files of shard ``n_done`` are complete."""
        table, top = (sha256(path) for path in (self.table_part(self.n_done), self.top_part(self.n_done)))
        line = {"shard": self.n_done, "table": table, "top": top}
        append_line(self.folder / _MANIFEST, json.dumps(line))
        if self.n_done:
            remove(self.top_part(self.n_done - 1))
        self.n_done += 1

    def remove(self) -> None:
        """Remove the work folder."""
        remove(self.folder)
