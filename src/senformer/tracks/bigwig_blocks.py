"""The data blocks of a bigWig file as runs: found through the index, unpacked, and checked against it.

Layout: Kent et al. 2010, doi:10.1093/bioinformatics/btq351, supplement (data sections, R tree).
"""

import functools
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from isal import isal_zlib

from senformer.genome.files import Identity
from senformer.tracks.bigwig_chroms import read_numbers
from senformer.tracks.bigwig_header import INDEX, BigWigHeader
from senformer.tracks.bigwig_index import INNER, LEAF, NODE
from senformer.tracks.runs import Runs

_SECTION = struct.Struct("<IIIIIBBH")
_BEDGRAPH, _VARIABLE, _FIXED = 1, 2, 3
# Signed, as other runs are: a place beyond 2 Gb turns negative, and so lies outside every block.
_ENTRY = np.dtype([("start", "<i4"), ("end", "<i4"), ("value", "<f4")])
_STEP = np.dtype([("start", "<i4"), ("value", "<f4")])
_LONGEST_BP = 2**31 - 1
# Blocks that lie side by side are read at once, up to about so many bytes: their entries then stay in the
# cache of the processor while they are used.
_READ_BYTES = 1 << 18


class Damage(ValueError):  # noqa: N818
    """What is wrong with a file; the reader adds its name."""


@functools.lru_cache(maxsize=4096)
def _numbers(path: Path, stamp: Identity | None) -> dict[str, int]:
    with path.open("rb") as handle:
        return read_numbers(handle)


def read_parts(
    path: Path, stamp: Identity | None, header: BigWigHeader, chrom: str, start: int, end: int
) -> Iterator[Runs]:
    """Yield the runs of all blocks that may share a base with ``[start, end)``, some blocks at a time.

    Every block must say that it lies where the index has it, and its entries must lie inside it, in order.
    Overlapping entries are yielded as they are.

    Raises
    ------
    Damage
        A block or a node of the index is not what it should be.
    """
    number = _numbers(path, stamp).get(chrom)
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        leaves = [*_leaves(handle, header.index + INDEX.size, number, start, end)]
        entries = np.concatenate([np.empty(0, LEAF), *leaves]).tolist()
        for group in _neighbors(entries):
            runs = _join(_read_blocks(handle, group, is_packed=header.is_packed))
            if len(runs.starts):
                yield runs
    finally:
        os.close(handle)


class _Block(NamedTuple):
    """An unpacked block: its items as (start, end, value) in bytes, and the range that it claims."""

    items: bytes | memoryview
    start: int
    end: int


def _join(blocks: Sequence[_Block]) -> Runs:
    """Return the items of all blocks; those of each must lie in its range, by start."""
    # Some writers close a chromosome with a block of no entries.
    blocks = [block for block in blocks if len(block.items)]
    items = np.frombuffer(b"".join(block.items for block in blocks), dtype=_ENTRY)
    runs = Runs(*(np.ascontiguousarray(items[name]) for name in ("start", "end", "value")))
    if blocks and not _is_plain(runs, blocks):
        _check_blocks(runs, blocks)
    return runs


def _bounds(blocks: Sequence[_Block]) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of every block's first item, and of the one after its last."""
    stops = np.cumsum([len(block.items) // _ENTRY.itemsize for block in blocks])
    return np.concatenate([[0], stops[:-1]]), stops


def _is_plain(runs: Runs, blocks: Sequence[_Block]) -> bool:
    """Say whether no item meets the one before and none leaves its block: nothing else is to be checked."""
    heads, stops = _bounds(blocks)
    return bool(
        (runs.starts < runs.ends).all()
        and (runs.starts[1:] >= runs.ends[:-1]).all()
        and (runs.starts[heads] >= [block.start for block in blocks]).all()
        and (runs.ends[stops - 1] <= [block.end for block in blocks]).all()
    )


def _check_blocks(runs: Runs, blocks: Sequence[_Block]) -> None:
    """Refuse what is damage; several values for one base are told apart from it by who asked."""
    for block, head, stop in zip(blocks, *_bounds(blocks), strict=True):
        starts, ends = runs.starts[head:stop], runs.ends[head:stop]
        if starts[0] < block.start or ends.max() > block.end or (starts >= ends).any():
            raise Damage("a block of it holds bases outside its range")
        if (starts[1:] < starts[:-1]).any():
            raise Damage("the entries of a block are out of order")


def _leaves(handle: int, node: int, number: int | None, start: int, end: int) -> Iterator[np.ndarray]:
    """Yield the index entries of the blocks that may hold bases of the stretch, in order."""
    is_leaf, _, count = NODE.unpack(_read(handle, node, NODE.size))
    layout = LEAF if is_leaf else INNER
    items = np.frombuffer(_read(handle, node + NODE.size, count * layout.itemsize), dtype=layout)
    if number is None:
        return
    key = 1 << 32
    first = items["first_chrom"].astype(np.uint64) * key + items["first_base"]
    last = items["last_chrom"].astype(np.uint64) * key + items["last_base"]
    met = (first < np.uint64(number * key + end)) & (last > np.uint64(number * key + start))
    if is_leaf:
        yield items[met]
        return
    for child in items["offset"][met].tolist():
        yield from _leaves(handle, child, number, start, end)


def _read(handle: int, offset: int, n_bytes: int) -> bytes:
    raw = os.pread(handle, n_bytes, offset)
    if len(raw) != n_bytes:
        raise Damage(f"it ends before byte {offset + n_bytes}")
    return raw


def _neighbors(entries: list[tuple]) -> Iterator[list[tuple]]:
    """Yield entries whose blocks lie side by side in the file, some at a time."""
    group: list[tuple] = []
    for entry in entries:
        stop = group[-1][4] + group[-1][5] if group else 0
        if group and (entry[4] != stop or stop - group[0][4] >= _READ_BYTES):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _read_blocks(handle: int, group: list[tuple], *, is_packed: bool) -> list[_Block]:
    begin = group[0][4]
    raw = memoryview(_read(handle, begin, group[-1][4] + group[-1][5] - begin))
    return [
        _unpack(raw[entry[4] - begin : entry[4] - begin + entry[5]], entry, is_packed=is_packed)
        for entry in group
    ]


def _unpack(raw: memoryview, entry: tuple, *, is_packed: bool) -> _Block:
    """Return one block, which must lie where the index has it."""
    try:
        content = memoryview(isal_zlib.decompress(raw) if is_packed else raw)
    except isal_zlib.error as fault:  # type: ignore[misc]  # its stub takes the class for an instance
        raise Damage("a block of it cannot be unpacked") from fault
    if len(content) < _SECTION.size:
        raise Damage("a block of it ends too early")
    chrom, start, end, step, span, kind, _, count = _SECTION.unpack_from(content)
    first_chrom, first_base, last_chrom, last_base, _, _ = entry
    if not chrom == first_chrom == last_chrom or not first_base <= start < end <= last_base:
        raise Damage("its index and its blocks contradict each other")
    return _Block(_items(content[_SECTION.size :], kind, count, (start, step, span)), start, end)


def _items(content: memoryview, kind: int, count: int, places: tuple[int, int, int]) -> bytes | memoryview:
    """Return the items of a block of any kind as (start, end, value)."""
    start, step, span = places
    size = {_BEDGRAPH: _ENTRY.itemsize, _VARIABLE: _STEP.itemsize, _FIXED: 4}.get(kind)
    if size is None or len(content) < count * size:
        raise Damage("a block of it ends too early" if size else f"a block of it is of kind {kind}")
    content = content[: count * size]
    if kind == _BEDGRAPH:
        return content
    items = np.empty(count, dtype=_ENTRY)
    if kind == _VARIABLE:
        found = np.frombuffer(content, dtype=_STEP)
        items["start"], items["value"] = found["start"], found["value"]
    else:
        if start + count * step + span > _LONGEST_BP:
            raise Damage("a block of it holds bases outside its range")
        items["start"] = start + np.arange(count, dtype=np.int64) * step
        items["value"] = np.frombuffer(content, dtype="<f4")
    items["end"] = items["start"].astype(np.int64) + span
    return items.tobytes()
