"""The first pass over all rows: everything is checked, and what decides splits is gathered."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int8, Int64

from senformer.core.errors import DataError
from senformer.core.findings import WARNING, Finding
from senformer.core.wording import counted
from senformer.dataset.config import SPLITS
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import TableConfig
from senformer.dataset.table.conflicts import Conflict, LabelBits
from senformer.dataset.table.encode import check_column
from senformer.dataset.table.file_split import ByFile
from senformer.dataset.table.ids import Ids
from senformer.dataset.table.input_file import check_length, check_numbers
from senformer.dataset.table.keys import sequence_keys, text_keys
from senformer.dataset.table.leaks import NO_LEAKS, NO_SPLIT, Leaks, emptied_splits, find_leaks, without_leaks
from senformer.dataset.table.locus import check_loci, has_no_base
from senformer.dataset.table.numbers import read_columns, read_values
from senformer.dataset.table.overlap import RowWindows, find_overlaps, without_overlaps
from senformer.dataset.table.rows import read_rows
from senformer.dataset.table.split import shares_of
from senformer.dataset.table.splitters import make_splitter
from senformer.genome.fasta import FastaReader
from senformer.tracks.track import Track

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scan:
    """What the first pass knows.

    Attributes
    ----------
    codes
        Place of each row's split in ``SPLITS``; -1: in none.
    groups
        Number of each row's group where rows were grouped by sequence, else None.
    left_out
        Rows in no split, by reason.
    leaks
        Sequences in several splits, as they were before any was left out.
    overlaps
        Rows whose windows overlap across splits, as they were once ``leaks`` was heeded.
    unmatched
        What joins left out: ``rows``, which are in no count of rows, and names of ``joined`` files; and the
        names of a ``split_file`` that stand for no row.
    """

    codes: Int8[np.ndarray, " row"]
    groups: Int64[np.ndarray, " row"] | None
    left_out: dict[str, int]
    leaks: Leaks
    overlaps: Leaks
    unmatched: dict[str, int]


def scan_rows(config: TableConfig, tracks: tuple[Track, ...], fasta: FastaReader | None) -> Scan:
    """Read every row, check it, and decide its split.

    Memory is 34 bytes a row, 20 more with ``locus``, and what the split needs.

    Raises
    ------
    DataError
        What is wrong with a row, named by file, line and column; two rows of one name; a sequence in two
        splits; a split without a row.
    """
    for name, extra in config.inputs.items():
        if extra.file is not None:
            check_numbers(name, extra)
    windows, ids, labels = RowWindows(is_of_genome=True), Ids(), LabelBits()
    splitter = make_splitter(config, windows)
    keys, unknown, lines, starts = [], [], [], list[tuple[int, str]]()
    n_rows, unmatched = 0, Counter({"rows": 0, "joined": 0})
    for chunk in read_rows(config, unmatched):
        lines.append(chunk.lines)
        starts.append((n_rows, str(chunk.path)))
        n_rows += len(chunk)
        if config.id is not None and config.duplicate_ids == "error":
            again = ids.add(text_keys(chunk.columns[config.id].to_pylist()))
            _refuse_duplicate(again, _Where(lines, starts))
        labels.add(read_values(chunk, config.values, tracks))
        key, is_unknown = _check_chunk(chunk, config, fasta, windows)
        keys.append(key)
        unknown.append(is_unknown)
        splitter.add(chunk)
    if not n_rows:
        raise DataError(
            "E497", ", ".join(source.file for source in config.rows), "holds no row", "Give some."
        )
    for name, extra in config.inputs.items():
        if extra.file is not None:
            check_length(name, extra, n_rows)
    where = _Where(lines, starts)
    every_key = np.concatenate(keys)
    given, left_out = _without_unknown(splitter.codes(), np.concatenate(unknown))
    left_out |= splitter.left_out
    if isinstance(splitter, ByFile) and splitter.n_unused:
        unmatched["split_file"] = splitter.n_unused
    codes = given
    leaks = find_leaks(every_key, codes)
    _heed_leaks(config, leaks, codes, where)
    if config.leaks == "drop":
        kept = without_leaks(every_key, codes)
        left_out["same_sequence_in_a_later_split"] = int((kept != codes).sum())
        codes = kept
    overlaps = NO_LEAKS if config.locus is None else find_overlaps(windows, codes)
    _heed_overlaps(config, overlaps, codes, where, windows)
    if config.leaks == "drop" and config.locus is not None:
        kept = without_overlaps(windows, codes)
        left_out["overlaps_a_later_split"] = int((kept != codes).sum())
        codes = kept
    _refuse_empty(config, codes)
    # A model reads further inputs, too: rows of one sequence may differ.
    conflict = None if config.inputs else labels.find(every_key, codes)
    for finding in (*emptied_splits(given, codes), *_both_labels(conflict, config, where)):
        log.warning(finding.line)
    return Scan(codes, splitter.groups, left_out, leaks, overlaps, dict(unmatched))


class _Where:
    """Names rows by file and line."""

    def __init__(self, lines: list[Int64[np.ndarray, " _"]], starts: list[tuple[int, str]]) -> None:
        self._lines, self._starts = lines, starts

    def __call__(self, row: int) -> str:
        """Return the place of a row."""
        pairs = zip(reversed(self._starts), reversed(self._lines), strict=True)
        return next(f"{path} line {part[row - first]}" for (first, path), part in pairs if first <= row)


def _check_chunk(
    chunk: Chunk,
    config: TableConfig,
    fasta: FastaReader | None,
    windows: RowWindows,
) -> tuple[Int64[np.ndarray, " row"], Bool[np.ndarray, " row"]]:
    """Check what a row says beside its values.

    Returns
    -------
    A key of its sequence, or its place in the genome; and whether it has a sequence without a known base.
    """
    for extra in config.inputs.values():
        if extra.columns is not None:
            read_columns(chunk, extra.columns)
    if config.locus is not None and fasta is not None:
        places = check_loci(chunk, config, config.locus, fasta)
        wide = [place.resize(config.window_bp) for place in places]
        starts, ends = (np.array([getattr(w, key) for w in wide], dtype=np.int64) for key in ("start", "end"))
        windows.add([place.chrom for place in wide], starts, ends)
        in_gap = np.array([has_no_base(window, fasta) for window in wide])
        return text_keys(f"{place.chrom}:{place.start}-{place.end}" for place in places), in_gap
    columns = list((config.sequence or {}).values())
    is_unknown = np.zeros(len(chunk), dtype=bool)
    for column in columns:
        is_unknown |= check_column(chunk, column, config)
    if not columns:
        # Each row its own: numbers that are alike are no leak of a sequence.
        return text_keys(f"{chunk.path}:{line}" for line in chunk.lines.tolist()), is_unknown
    return sequence_keys([chunk.columns[column] for column in columns]), is_unknown


def _without_unknown(
    codes: Int8[np.ndarray, " row"], is_unknown: Bool[np.ndarray, " row"]
) -> tuple[Int8[np.ndarray, " row"], dict[str, int]]:
    """Return the splits without rows of unknown bases alone, and how many these are where there are any."""
    is_lost = is_unknown & (codes != NO_SPLIT)
    kept = np.where(is_lost, NO_SPLIT, codes).astype(np.int8)
    return kept, {"unknown_bases": int(is_lost.sum())} if is_lost.any() else {}


def _refuse_duplicate(again: tuple[int, int] | None, where: _Where) -> None:
    if again is not None:
        row, earlier = again
        raise DataError(
            "E491",
            where(row),
            f"has the id of {where(earlier)}",
            "Name rows apart, or set duplicate_ids: keep.",
        )


def _heed_leaks(config: TableConfig, leaks: Leaks, codes: Int8[np.ndarray, " row"], where: _Where) -> None:
    if leaks.pair is None or config.leaks != "error":
        return
    first, other = leaks.pair
    raise DataError(
        "E493",
        f"{where(other)} ({SPLITS[codes[other]]})",
        f"has the sequence of {where(first)} ({SPLITS[codes[first]]}), or its reverse complement; "
        f"{len(leaks.rows)} rows share one across splits",
        "Split by group or identity, or set leaks: drop (the later of train, valid, test keeps them) or "
        "leaks: report.",
    )


def _heed_overlaps(
    config: TableConfig,
    overlaps: Leaks,
    codes: Int8[np.ndarray, " row"],
    where: _Where,
    windows: RowWindows,
) -> None:
    if overlaps.pair is None or config.leaks != "error":
        return
    first, other = overlaps.pair
    raise DataError(
        "E427",
        f"{where(other)} ({SPLITS[codes[other]]})",
        f"has the window {windows.name(other)}, which overlaps {windows.name(first)} of {where(first)} "
        f"({SPLITS[codes[first]]}); {len(overlaps.rows)} rows overlap one of another split",
        "Split by overlap, or set leaks: drop (the later of train, valid, test keeps its rows) or "
        "leaks: report.",
    )


def _both_labels(found: Conflict | None, config: TableConfig, where: _Where) -> Iterator[Finding]:
    """Yield a warning where rows of one sequence have both labels."""
    if found is None:
        return
    first, other = found.pair
    name = list(config.values)[found.value]
    text = (
        f"has the sequence of {where(first)} or its reverse complement, and the other label of {name!r}; "
        f"rows of {counted(found.n_sequences, 'sequence')} say both 0 and 1"
    )
    todo = "Keep one row of each, or give the share of 1s as the value."
    yield Finding(WARNING, "E428", where(other), text, todo)


def _refuse_empty(config: TableConfig, codes: Int8[np.ndarray, " row"]) -> None:
    split = config.split
    shares = shares_of(split)
    for code, name in enumerate(SPLITS):
        if split.by in ("group", "identity", "overlap"):
            is_wanted = name == "train" or shares[name] > 0
        elif split.by == "file":
            # What the file does not mention is not wanted.
            is_wanted = name == "train"
        else:
            is_wanted = name == "train" or bool(getattr(split, name))
        if is_wanted and not (codes == code).any():
            n_none = int((codes == NO_SPLIT).sum())
            raise DataError(
                "E497",
                f"split {name!r}",
                f"has no row ({len(codes)} rows, {n_none} of them in no split)",
                "Mend the split.",
            )
