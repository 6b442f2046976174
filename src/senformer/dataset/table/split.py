"""The split of every row: named by a column, drawn by group, or taken from the row's place."""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Int8, Int32, Int64

from senformer.core.config import nearest
from senformer.core.errors import DataError
from senformer.dataset.config import SPLITS
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.splits.interval import IntervalSplit, split_by_interval
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.leaks import NO_SPLIT
from senformer.dataset.table.places import read_places
from senformer.dataset.table.split_config import ROUNDING, TableSplitConfig
from senformer.genome.chromosomes import canonical_name, show_names

Codes = Int8[np.ndarray, " row"]

# What splits are called in tables.
MEANING = {
    "train": ["train", "training"],
    "valid": ["valid", "validation", "val", "dev"],
    "test": ["test", "testing"],
}
_SHARES = {"valid": 0.1, "test": 0.1}
# Stands for the length of a chromosome that only rows tell of.
_ENDLESS = 1 << 40


class RowSplitter(ABC):
    """Gathers what decides the split chunk by chunk, then gives the split of every row.

    Attributes
    ----------
    left_out
        Rows without a split, by reason.
    groups
        Number of each row's group where rows are grouped by sequence, after :meth:`codes`.
    """

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.groups: Int64[np.ndarray, " row"] | None = None

    @abstractmethod
    def add(self, chunk: Chunk) -> None:
        """Take the next rows."""

    @abstractmethod
    def codes(self) -> Codes:
        """Return each row's place in ``SPLITS``, or :data:`NO_SPLIT`."""


class ByColumn(RowSplitter):
    """A column names the split."""

    def __init__(self, config: TableSplitConfig) -> None:
        super().__init__()
        self._config, self._column = config, str(config.column)
        given = {split: getattr(config, split) for split in SPLITS}
        self._code = {
            text: code
            for code, split in enumerate(SPLITS)
            for text in (MEANING[split] if given[split] is None else given[split])
        }
        self._code |= dict.fromkeys(config.drop, NO_SPLIT)
        self._seen: set[str] = set()
        self._expected = {text for texts in (*given.values(), config.drop) for text in texts or ()}
        self._parts: list[Codes] = []

    def add(self, chunk: Chunk) -> None:
        """Take the next rows; a text that means no split is an error."""
        encoded = chunk.columns[self._column].dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        indices = np.asarray(encoded.indices)
        for place, text in enumerate(texts):
            if text not in self._code:
                row = int(np.argmax(indices == place))
                raise DataError(
                    "E492",
                    chunk.where(row, self._column),
                    f"{text!r} means no split",
                    f"{nearest(text, self._code)} Or add it to split.train, valid, test or drop.",
                )
        self._expected -= set(texts)
        self._seen |= set(texts)
        self._parts.append(np.array([self._code[text] for text in texts], dtype=np.int8)[indices])

    def codes(self) -> Codes:
        """Return the splits; a text of the configuration that no row has is an error."""
        if self._expected:
            name = min(self._expected)
            raise DataError(
                "E492",
                f"dataset.split column {self._column!r}",
                f"no row has {name!r}",
                nearest(name, self._seen),
            )
        codes = np.concatenate(self._parts)
        self.left_out["dropped_by_column"] = int((codes == NO_SPLIT).sum())
        return codes


class ByGroup(RowSplitter):
    """All rows of one text go to one split, drawn by the text's hash."""

    def __init__(self, config: TableSplitConfig) -> None:
        super().__init__()
        self._config, self._column = config, str(config.column)
        self._draw = drawer(config)
        self._parts: list[Codes] = []

    def add(self, chunk: Chunk) -> None:
        """Take the next rows."""
        encoded = chunk.columns[self._column].dictionary_encode()
        drawn = [self._draw(text) for text in encoded.dictionary.to_pylist()]
        self._parts.append(np.array(drawn, dtype=np.int8)[np.asarray(encoded.indices)])

    def codes(self) -> Codes:
        """Return the splits."""
        codes = np.concatenate(self._parts)
        self.left_out.update(count_left_over(self._config, codes))
        return codes


class ByPosition(RowSplitter):
    """A row is where its place lies wholly; one that crosses the edge of a split is in none."""

    def __init__(self, config: TableSplitConfig) -> None:
        super().__init__()
        self._config = config
        three = (str(config.chrom), str(config.start), str(config.end))
        self._columns = three if config.column is None else config.column
        self._parts: list[tuple[pa.Array, Int64[np.ndarray, " row"], Int64[np.ndarray, " row"]]] = []

    def add(self, chunk: Chunk) -> None:
        """Take the next rows."""
        chroms, start, end = read_places(chunk, self._columns, is_one_based=self._config.one_based)
        self._parts.append((chroms.dictionary_encode(), start, end))

    def codes(self) -> Codes:
        """Return the splits."""
        chroms = pa.chunked_array([part[0].cast(pa.string()) for part in self._parts]).combine_chunks()
        encoded = chroms.dictionary_encode()
        names, which = _as_one(encoded.dictionary.to_pylist(), np.asarray(encoded.indices))
        start, end = (np.concatenate([part[place] for part in self._parts]) for place in (1, 2))
        regions = _regions(self._config, names)
        codes = np.full(len(which), NO_SPLIT, dtype=np.int8)
        for place, name in enumerate(names):
            rows = np.flatnonzero(which == place)
            codes[rows] = _inside(regions[regions["chrom"] == name], start[rows], end[rows])
        self.left_out["outside_or_across_splits"] = int((codes == NO_SPLIT).sum())
        return codes


def _as_one(
    names: list[str], which: Int64[np.ndarray, " row"] | Int32[np.ndarray, " row"]
) -> tuple[list[str], Int64[np.ndarray, " row"]]:
    """Return chromosomes, each once though rows have two names for it, and the place of every row's."""
    by_meaning: dict[str, list[str]] = {}
    for name in names:
        by_meaning.setdefault(canonical_name(name), []).append(name)
    places = {meaning: place for place, meaning in enumerate(by_meaning)}
    found = np.array([places[canonical_name(name)] for name in names], dtype=np.int64)
    return [min(same) for same in by_meaning.values()], found[which]


def _regions(config: TableSplitConfig, names: list[str]) -> pd.DataFrame:
    sizes = dict.fromkeys(names, _ENDLESS)
    given = {split: getattr(config, split) for split in SPLITS}
    # A whole chromosome is a region, too.
    regions = IntervalSplit(valid=given["valid"] or [], test=given["test"] or [], train=given["train"])
    try:
        return split_by_interval(regions, SplitInputs(sizes)).regions
    except DataError as fault:
        if fault.code != "E232":
            raise
        # What a genome lacks is what no row has.
        found, todo = "no row lies on this chromosome", f"The rows' chromosomes are {show_names(names)}."
        raise DataError("E232", f"dataset.split {fault.where}", found, todo) from fault


def _inside(regions: pd.DataFrame, start: np.ndarray, end: np.ndarray) -> Codes:
    codes = np.full(len(start), NO_SPLIT, dtype=np.int8)
    if regions.empty:
        return codes
    regions = regions.sort_values("start")
    place = np.searchsorted(regions["start"].to_numpy(), start, side="right") - 1
    is_in = (place >= 0) & (end <= regions["end"].to_numpy()[place])
    which = np.array([SPLITS.index(split) for split in regions["split"]], dtype=np.int8)
    codes[is_in] = which[place[is_in]]
    return codes


def shares_of(config: TableSplitConfig) -> dict[str, float]:
    """Return the share of valid and test that are drawn; none where only the other is given."""
    given = _SHARES if config.fractions is None else {str(k): v for k, v in config.fractions.items()}
    return {split: given.get(split, 0.0) for split in ("valid", "test")}


def drawer(config: TableSplitConfig) -> Callable[[str], int]:
    """Return what draws the split of a group, or :data:`NO_SPLIT`, by its text and the seed alone."""
    shares = shares_of(config)
    held_out = shares["valid"] + shares["test"]
    used = held_out + (config.fractions or {}).get("train", 1)
    # Shares that make 1 but for rounding leave nothing over.
    is_all = used > 1 - ROUNDING
    seed = f"{config.seed}\x1f".encode()
    train, valid, test = map(SPLITS.index, ("train", "valid", "test"))

    def draw(text: str) -> int:
        digest = hashlib.blake2b(seed + text.encode(), digest_size=8).digest()
        drawn = int.from_bytes(digest, "little") / 2**64
        if drawn < held_out:
            return test if drawn < shares["test"] else valid
        return train if is_all or drawn < used else NO_SPLIT

    return draw


def count_left_over(config: TableSplitConfig, codes: Codes) -> dict[str, int]:
    """Return how many rows the shares left over, by reason; nothing where train takes all the rest."""
    has_train = "train" in (config.fractions or {})
    return {"left_over_by_fractions": int((codes == NO_SPLIT).sum())} if has_train else {}
