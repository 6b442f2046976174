"""Finished shards of a scoring job, kept beside the output until the job is done.

Layout: ``.FILE.parts/`` beside the output FILE, a :class:`senformer.predict.shards.ShardLog` with one
parquet and one npz file a finished shard.
"""

import contextlib
import glob
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from senformer.core.commit import refuse_existing, remove
from senformer.core.lock import folder_lock
from senformer.predict.shards import ShardLog


class Parts:
    """The output file of a job, the files beside it, and its work folder.

    Attributes
    ----------
    out, run_path, top_path, summary_path, skipped_path
        The score table, the run record ``FILE.run.json``, the largest effects ``FILE.top.npz``, where
        asked for the largest scores of each variant ``FILE.summary.tsv``, and the alleles left out, where
        there are any, ``FILE.skipped.tsv``.
    folder
        The work folder.
    log
        What is finished in it; there while :meth:`open` holds it.
    """

    log: ShardLog

    def __init__(self, out: Path) -> None:
        self.out = out
        self.run_path = out.with_name(f"{out.name}.run.json")
        self.top_path = out.with_name(f"{out.name}.top.npz")
        self.summary_path = out.with_name(f"{out.name}.summary.tsv")
        self.skipped_path = out.with_name(f"{out.name}.skipped.tsv")
        self.folder = out.with_name(f".{out.name}.parts")

    @property
    def n_done(self) -> int:
        """Number of finished shards; shard ``n_done`` comes next."""
        return len(self.log.done)

    @property
    def _results(self) -> tuple[Path, ...]:
        return self.out, self.run_path, self.top_path, self.summary_path, self.skipped_path

    def refuse_existing(self) -> None:
        """Raise when an output file is there that no killed run of ours left (OutputError)."""
        if not self.folder.is_dir():
            refuse_existing(*self._results)

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
            self.log = ShardLog(self.folder, key)
            is_finished = self.out.exists() and self._was_written_by(key)
            if not is_finished:
                # Before the job has begun all are somebody else's; ours come before the table.
                refuse_existing(*((self.out,) if self.log.has_begun else self._results))
                self.log.open()
            for path in self._results:
                self._sweep(path)
            with self.log.leave_nothing():
                yield not is_finished

    def _was_written_by(self, key: dict[str, Any]) -> bool:
        if not self.run_path.is_file():
            return False
        return json.loads(self.run_path.read_text(encoding="utf-8")).get("key") == key

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
        index = self.n_done
        self.log.finish(str(index), self.table_part(index), newest=self.top_part(index))

    def remove(self) -> None:
        """Remove the work folder."""
        remove(self.folder)
