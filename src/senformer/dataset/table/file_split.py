"""Split by a table of ids: it names every row once, with its split or its fold."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from jaxtyping import Int64

from senformer.core.config import nearest
from senformer.core.errors import ConfigError, DataError
from senformer.core.wording import counted
from senformer.dataset.config import SPLITS
from senformer.dataset.splits.refold import fold_list, fold_name
from senformer.dataset.table.chunk import Chunk, refuse_missing
from senformer.dataset.table.delimited import read_delimited, read_header
from senformer.dataset.table.ids import Ids
from senformer.dataset.table.keys import find_keys, text_keys
from senformer.dataset.table.numbers import MISSING
from senformer.dataset.table.split import MEANING, Codes, RowSplitter
from senformer.dataset.table.split_config import TableSplitConfig
from senformer.genome.files import local_file

ID = "id"
_SHOWN = 3


class ByFile(RowSplitter):
    """A table of ids says the split; each id of either table is in the other.

    Memory is 26 bytes for every id of the file, and 1 byte a row.

    Parameters
    ----------
    config
        The split.
    id_column
        Column with the rows' names.
    may_name_more
        A join leaves rows out, and the file may name these too: its ids that no row has are counted.

    Attributes
    ----------
    n_unused
        Ids of the file that no row has, after :meth:`codes`.
    """

    def __init__(self, config: TableSplitConfig, id_column: str, *, may_name_more: bool = False) -> None:
        super().__init__()
        self._may_name_more, self.n_unused = may_name_more, 0
        self._path = local_file(str(config.path), "E485")
        self._config, self._row_column = config, id_column
        header, _ = read_header(self._path)
        has_folds = config.test_fold is not None or ("split" not in header and "fold" in header)
        self._id = id_column if id_column in header else ID
        self._split = "fold" if has_folds else "split"
        refuse_missing(self._path, header, [self._id, self._split])
        self._code = {text: SPLITS.index(split) for split, texts in MEANING.items() for text in texts}
        if has_folds and config.test_fold is None:
            todo = "Set split.test_fold, and split.valid_fold."
            raise DataError("E425", str(self._path), "names folds, and split.test_fold chooses none", todo)
        keys, self._codes = self._read_folds() if has_folds else self._read_splits()
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._is_used = np.zeros(len(keys), dtype=bool)
        self._parts: list[Codes] = []
        self._missing: list[str] = []
        self._n_missing = 0

    def add(self, chunk: Chunk) -> None:
        """Take the next rows; those that the file lacks are told at the end, together."""
        texts = chunk.columns[self._row_column]
        place, is_known = find_keys(self._keys, text_keys(texts.to_pylist()))
        for row in np.flatnonzero(~is_known)[: _SHOWN - len(self._missing)].tolist():
            self._missing.append(f"{texts[row].as_py()!r} ({chunk.where(row)})")
        self._n_missing += int((~is_known).sum())
        rank = self._order[place[is_known]]
        self._is_used[rank] = True
        self._parts.append(self._codes[rank])

    def codes(self) -> Codes:
        """Return the splits.

        Raises
        ------
        DataError
            A row is not in the file, or an id of the file is no row's though no join leaves rows out.
        """
        if self._n_missing:
            found = f"lacks the ids of {counted(self._n_missing, 'row')}: {', '.join(self._missing)}"
            raise DataError("E425", str(self._path), found, "Name every row, or remove rows.")
        unused = np.flatnonzero(~self._is_used)
        self.n_unused = len(unused)
        if len(unused) and not self._may_name_more:
            shown = [f"{text!r} (line {line})" for line, text in self._named(unused[:_SHOWN].tolist())]
            found = f"names {counted(len(unused), 'id')} that no row has: {', '.join(shown)}"
            raise DataError("E425", str(self._path), found, "Remove them, or give all files of rows.")
        return np.concatenate(self._parts)

    def _read_splits(self) -> tuple[Int64[np.ndarray, " id"], Codes]:
        keys, texts = self._read()
        codes = [self._meaning(part) for part in texts]
        return keys, np.concatenate(codes)

    def _meaning(self, part: Chunk) -> Codes:
        encoded = part.columns[self._split].dictionary_encode()
        texts, which = encoded.dictionary.to_pylist(), np.asarray(encoded.indices)
        for place, text in enumerate(texts):
            if text not in self._code:
                where = part.where(int(np.argmax(which == place)), self._split)
                raise DataError("E425", where, f"{text!r} means no split", nearest(text, self._code))
        return np.array([self._code[text] for text in texts], dtype=np.int8)[which]

    def _read_folds(self) -> tuple[Int64[np.ndarray, " id"], Codes]:
        keys, parts = self._read()
        texts = pa.chunked_array([part.columns[self._split] for part in parts]).combine_chunks()
        for part in parts:
            for row, text in enumerate(part.columns[self._split].to_pylist()):
                if not text or text.lower() in MISSING:
                    raise DataError(
                        "E425",
                        part.where(row, self._split),
                        f"{text!r} is no fold",
                        "Give every id one, or take the row out.",
                    )
        encoded = texts.dictionary_encode()
        names = [
            fold_name(int(text) if text.isascii() and text.isdecimal() else text)
            for text in encoded.dictionary.to_pylist()
        ]
        test, valid = fold_list(self._config.test_fold), fold_list(self._config.valid_fold)
        where = f"split ({self._path})"
        for name in (*test, *valid):
            if name not in names:
                raise ConfigError("E440", where, f"no fold is called {name!r}", nearest(name, names))
        both = sorted({*test} & {*valid})
        if both:
            todo = "Choose another fold for one of them."
            raise ConfigError("E440", where, f"fold {both[0]!r} is both test and valid", todo)
        split = ["test" if name in test else "valid" if name in valid else "train" for name in names]
        by_name = np.array([SPLITS.index(name) for name in split], dtype=np.int8)
        return keys, by_name[np.asarray(encoded.indices)]

    def _read(self) -> tuple[Int64[np.ndarray, " id"], list[Chunk]]:
        """Return the key of every id, in order, and the rest of the file."""
        ids, keys, parts = Ids(), list[Int64[np.ndarray, " _"]](), list[Chunk]()
        for chunk in read_delimited(self._path, [self._id, self._split]):
            keys.append(text_keys(chunk.columns[self._id].to_pylist()))
            again = ids.add(keys[-1])
            if again is not None:
                (first, _), (line, text) = self._named([again[1], again[0]])
                found = f"names {text!r} again, which line {first} names"
                raise DataError("E425", f"{self._path} line {line}", found, "Name every id once.")
            parts.append(Chunk(chunk.path, {self._split: chunk.columns[self._split]}, chunk.lines))
        if not parts:
            raise DataError("E425", str(self._path), "names no id", "Name every row.")
        return np.concatenate(keys), parts

    def _named(self, places: list[int]) -> Iterator[tuple[int, str]]:
        """Yield line and text of the ids at some places of the file, in order."""
        first = 0
        for chunk in read_delimited(self._path, [self._id, self._split]):
            for place in places:
                if first <= place < first + len(chunk):
                    row = place - first
                    yield int(chunk.lines[row]), chunk.columns[self._id][row].as_py()
            first += len(chunk)
