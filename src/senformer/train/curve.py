"""Append-only JSON lines of a run, cut back to where its checkpoint saw them."""

import json
from pathlib import Path
from typing import Any

from senformer.core.commit import append_line, truncate_file
from senformer.core.errors import DataError


class Curve:
    """A file of one JSON object a line; lines are gathered and written out together.

    ``metrics.jsonl`` holds what is a function of (config, seed, step) alone, so that a killed and resumed
    run leaves the same bytes; anything about wall-clock time goes into ``timings.jsonl``. Of several
    processes one writes: without ``is_kept`` nothing is done.
    """

    def __init__(self, path: Path, is_kept: bool = True) -> None:
        self.path, self._is_kept = path, is_kept
        self._lines: list[str] = []

    def add(self, **values: Any) -> None:
        """Note one line."""
        if self._is_kept:
            self._lines.append(json.dumps(values, allow_nan=False))

    def flush(self) -> int:
        """Write the noted lines durably; return the bytes that the file then has."""
        if self._lines:
            append_line(self.path, "\n".join(self._lines))
            self._lines = []
        return self.path.stat().st_size if self.path.exists() else 0

    def roll_back(self, n_bytes: int) -> None:
        """Cut the file to ``n_bytes``: what came after the checkpoint is made again.

        Raises
        ------
        DataError
            The file is shorter than when the checkpoint was made.
        """
        self._lines = []
        if not self._is_kept:
            return
        found = self.path.stat().st_size if self.path.exists() else 0
        if found < n_bytes:
            raise DataError(
                "E606",
                str(self.path),
                f"has {found} bytes, the checkpoint was made when it had {n_bytes}",
                "Put the file back, or start a new run.",
            )
        if found > n_bytes:
            truncate_file(self.path, n_bytes)
