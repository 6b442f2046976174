"""The data blocks of a bigWig file as runs: found through the index, unpacked, and checked against it.

Layout: Kent et al. 2010, doi:10.1093/bioinformatics/btq351, supplement (data sections, R tree).
"""

import functools
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

from senformer.genome.files import Identity
from senformer.tracks.bigwig_chroms import read_numbers
from senformer.tracks.bigwig_header import INDEX, BigWigHeader
from senformer.tracks.bigwig_index import INNER, LEAF, NODE
from senformer.tracks.runs import Runs

_SECTION = struct.Struct("<IIIIIBBH")
_BEDGRAPH, _VARIABLE, _FIXED = 1, 2, 3
_ENTRY = np.dtype([("start", "<u4"), ("end", "<u4"), ("value", "<f4")])
_STEP = np.dtype([("start", "<u4"), ("value", "<f4")])
# Blocks that lie side by side are read at once, up to so many bytes.
_READ_BYTES = 1 << 24


class Damage(ValueError):  # noqa: N818
    """What is wrong with a file; the reader adds its name."""


@functools.lru_cache(maxsize=4096)
def _numbers(path: Path, stamp: Identity | None) -> dict[str, int]:
    with path.open("rb") as handle:
        return read_numbers(handle)


def read_runs(
    path: Path, stamp: Identity | None, header: BigWigHeader, chrom: str, start: int, end: int
) -> Runs:
    """Return the runs of a chromosome that share a base with ``[start, end)``, not cut to it.

    Every block must say that it lies where the index has it, and its entries must lie inside it, in order.
    Overlapping entries are returned as they are.

    Raises
    ------
    Damage
        A block or a node of the index is not what it should be.
    """
    number = _numbers(path, stamp).get(chrom)
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        entries = np.concatenate(
            [np.empty(0, LEAF), *_leaves(handle, header.index + INDEX.size, number, start, end)]
        )
        blocks = _read_blocks(handle, entries)
        items = _join([_unpack(raw, entry, is_packed=header.is_packed) for entry, raw in blocks])
    finally:
        os.close(handle)
    kept = (items["end"] > start) & (items["start"] < end)
    items = items if kept.all() else items[kept]
    return Runs(items["start"].astype(np.int64), items["end"].astype(np.int64), items["value"])


class _Block(NamedTuple):
    """An unpacked block: its items as (start, end, value) in bytes, and the range that it claims."""

    items: bytes | memoryview
    start: int
    end: int


def _join(blocks: Sequence[_Block]) -> Shaped[np.ndarray, " item"]:
    """Return the items of all blocks; those of each must lie in its range, by start."""
    # Some writers close a chromosome with a block of no entries.
    blocks = [block for block in blocks if len(block.items)]
    if not blocks:
        return np.empty(0, _ENTRY)
    items = np.frombuffer(b"".join(block.items for block in blocks), dtype=_ENTRY)
    sizes = np.array([len(block.items) for block in blocks]) // _ENTRY.itemsize
    heads = np.cumsum(sizes) - sizes
    begins, stops = items["start"], items["end"]
    lowest, highest = (np.array([getattr(block, key) for block in blocks]) for key in ("start", "end"))
    is_inside = (begins[heads] >= lowest) & (np.maximum.reduceat(stops, heads) <= highest)
    if not is_inside.all() or (begins >= stops).any():
        raise Damage("a block of it holds bases outside its range")
    falls = begins[1:] < begins[:-1]
    falls[heads[1:] - 1] = False
    if falls.any():
        raise Damage("the entries of a block are out of order")
    return items


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


def _read_blocks(handle: int, entries: Shaped[np.ndarray, " block"]) -> Iterator[tuple[tuple, memoryview]]:
    """Yield every entry with the bytes of its block; neighbors in the file are read together."""
    rows = entries.tolist()
    first = 0
    while first < len(rows):
        begin, last = rows[first][4], first + 1
        stop = begin + rows[first][5]
        while last < len(rows) and rows[last][4] == stop and stop - begin < _READ_BYTES:
            stop += rows[last][5]
            last += 1
        raw = memoryview(_read(handle, begin, stop - begin))
        for row in rows[first:last]:
            yield row, raw[row[4] - begin : row[4] - begin + row[5]]
        first = last


def _unpack(raw: memoryview, entry: tuple, *, is_packed: bool) -> _Block:
    """Return one block, which must lie where the index has it."""
    try:
        content = memoryview(zlib.decompress(raw) if is_packed else raw)
    except zlib.error as fault:
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
        items["start"] = start + np.arange(count, dtype=np.int64) * step
        items["value"] = np.frombuffer(content, dtype="<f4")
    items["end"] = items["start"] + np.uint32(span)
    return items.tobytes()
