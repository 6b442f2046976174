"""A second file joined to rows by their names: its columns become theirs, each with its own line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int64

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.wording import counted
from senformer.dataset.table.chunk import Chunk, Origin, refuse_missing
from senformer.dataset.table.headerless import refuse_headerless
from senformer.dataset.table.join_config import JoinConfig
from senformer.dataset.table.keys import find_keys, text_keys
from senformer.dataset.table.row_file import column_names, read_row_file
from senformer.genome.files import local_file

ID = "id"
_SHOWN = 3


class Joined:
    """The joined file, in memory, and which of its names the rows have asked for.

    Memory is its wanted columns as text, and 25 bytes a line.

    Parameters
    ----------
    config
        The file, and what to do about names without a partner.
    id_column
        Column with the names of the rows.
    wanted
        Columns that the configuration names; those that the file has are read.

    Raises
    ------
    MissingInputError, DataError
        The file is missing or damaged, has no column of names, or one name twice.
    """

    def __init__(self, config: JoinConfig, id_column: str, wanted: Sequence[str]) -> None:
        self._path = local_file(config.file, "E485")
        self._config, self._row_id = config, id_column
        self._known = column_names(self._path)
        self._id = name_column(config, id_column)
        refuse_missing(self._path, self._known, [self._id])
        self._read([name for name in wanted if name in self._known and name != id_column])
        self._is_used = np.zeros(len(self._ids), dtype=bool)
        self._sources: list[str] = []
        self._missing: list[str] = []
        self._n_missing = 0

    def begin(self, path: Path, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return which of the wanted columns a file of rows gives, and which the joined file does.

        Raises
        ------
        DataError
            A column is in both files or in neither, or the joined file gives none.
        """
        self._sources.append(path.name)
        known = [*column_names(path), self._row_id]
        for name in wanted:
            if name not in known and name not in self._known:
                refuse_headerless(path, known[:-1], wanted)
                todo = nearest(name, [*known, *self._known])
                raise DataError("E486", f"{path}, {self._path}", f"neither has a column {name!r}", todo)
            if name in known and name in self._columns:
                found = f"has a column {name!r}, and so has {path}"
                raise DataError("E426", str(self._path), found, "Rename one: which is meant is not known.")
        own = [name for name in wanted if name in known]
        taken = [name for name in wanted if name not in known]
        if not taken:
            found = "has no column that the configuration names"
            raise DataError("E426", str(self._path), found, "Name one, or leave join out.")
        return own, taken

    def attach(self, chunk: Chunk, taken: Sequence[str]) -> Chunk:
        """Return the rows whose name the file has, with its columns; the others are counted."""
        names = chunk.columns[self._row_id]
        place, is_known = find_keys(self._keys, text_keys(names.to_pylist()))
        rank = self._order[place]
        # Different names may have one key.
        is_known &= np.asarray(pc.equal(self._ids.take(pa.array(rank)), names.cast(pa.large_string())))
        for row in np.flatnonzero(~is_known)[: _SHOWN - len(self._missing)].tolist():
            self._missing.append(f"{names[row].as_py()!r} ({chunk.where(row)})")
        self._n_missing += int((~is_known).sum())
        kept = chunk if is_known.all() else chunk.take(np.flatnonzero(is_known))
        rank = rank[is_known]
        self._is_used[rank] = True
        columns = {name: self._columns[name].take(pa.array(rank)).cast(pa.string()) for name in taken}
        return kept.joined_with(columns, Origin(self._path, self._lines[rank]))

    def finish(self) -> Counter[str]:
        """Return how many rows had no partner (``rows``), and how many names of the file (``joined``).

        Raises
        ------
        DataError
            There are some, and ``unmatched`` does not leave them out; or nothing has a partner.
        """
        unused = np.flatnonzero(~self._is_used)
        is_nothing = len(unused) == len(self._is_used)
        if (self._n_missing or len(unused)) and (is_nothing or self._config.unmatched == "error"):
            todo = "Make the names the same in both files"
            todo += "; no row has a partner." if is_nothing else ", or set join.unmatched: leave_out."
            raise DataError("E426", str(self._path), "; ".join(self._faults(unused)), todo)
        return Counter({"rows": self._n_missing, "joined": len(unused)})

    def _faults(self, unused: Int64[np.ndarray, " line"]) -> Iterator[str]:
        if self._n_missing:
            yield f"lacks the ids of {counted(self._n_missing, 'row')}: {', '.join(self._missing)}"
        if len(unused):
            shown = [
                f"{self._ids[row].as_py()!r} (line {self._lines[row]})" for row in unused[:_SHOWN].tolist()
            ]
            what = f"{counted(len(unused), 'id')} that no row of {', '.join(self._sources)} has"
            yield f"names {what}: {', '.join(shown)}"

    def _read(self, wanted: Sequence[str]) -> None:
        """Read names and columns, each text with its line."""
        columns = list(dict.fromkeys([self._id, *wanted]))
        chunks = list(read_row_file(self._path, columns))
        if not chunks:
            raise DataError("E426", str(self._path), "names no id", "Name every row.")
        # Large: one array may hold more than 2 GB.
        whole = {
            name: pa.concat_arrays([chunk.columns[name].cast(pa.large_string()) for chunk in chunks])
            for name in columns
        }
        self._ids: pa.Array = whole[self._id]
        self._columns = {name: whole[name] for name in wanted}
        self._lines = np.concatenate([chunk.lines for chunk in chunks])
        keys = np.concatenate([text_keys(chunk.columns[self._id].to_pylist()) for chunk in chunks])
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._refuse_repeats(keys)

    def _refuse_repeats(self, keys: Int64[np.ndarray, " line"]) -> None:
        again = np.sort(self._order[1:][self._keys[1:] == self._keys[:-1]])
        if not len(again):
            return
        _, firsts = np.unique(keys[again], return_index=True)
        shown = ", ".join(self._twice(keys, row) for row in again[np.sort(firsts)][:_SHOWN].tolist())
        found = f"names {counted(len(firsts), 'id')} more than once: {shown}"
        raise DataError("E426", str(self._path), found, "Name every id once.")

    def _twice(self, keys: Int64[np.ndarray, " line"], row: int) -> str:
        first = self._order[np.searchsorted(self._keys, keys[row])]
        return f"{self._ids[row].as_py()!r} (lines {self._lines[first]} and {self._lines[row]})"


def name_column(config: JoinConfig, id_column: str) -> str:
    """Return the column of the joined file that names its lines."""
    if config.id is not None:
        return config.id
    return id_column if id_column in column_names(local_file(config.file, "E485")) else ID


class Joins:
    """The joined files of a configuration: each is read once, and heeds all files of rows that name it.

    A file is the same however its path is written.
    """

    def __init__(self, id_column: str | None, wanted: Sequence[str]) -> None:
        self._id_column, self._wanted = str(id_column), wanted
        self._found: dict[tuple[Path, str], tuple[JoinConfig, Joined]] = {}

    def of(self, config: JoinConfig) -> Joined:
        """Return a joined file, read where it was not yet.

        Raises
        ------
        ConfigError
            Two files of rows join it, and what has no partner is an error for one alone.
        """
        key = (local_file(config.file, "E485").resolve(), name_column(config, self._id_column))
        if key not in self._found:
            self._found[key] = config, Joined(config, self._id_column, self._wanted)
        first, joined = self._found[key]
        if first.unmatched != config.unmatched:
            found = f"{first.file} is joined with unmatched: {first.unmatched}, and as {config.file} with "
            todo = "Give all files of rows that join it the same."
            raise ConfigError("E107", "dataset.rows", f"{found}unmatched: {config.unmatched}", todo)
        return joined

    def finish(self) -> Iterator[Counter[str]]:
        """Yield of every file what :meth:`Joined.finish` counts."""
        return (joined.finish() for _, joined in self._found.values())
