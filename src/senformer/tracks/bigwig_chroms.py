"""The chromosome list inside a bigWig file, written so that no chromosome is missing from it.

The library lists only chromosomes that hold values, in the order in which they came. A reader could not
tell "measured, nothing there" from "not measured", and tools that search the list by name need it sorted;
so a full, sorted list is appended and the header points to it.

Layout: Kent et al. 2010, doi:10.1093/bioinformatics/btq351, supplement (B+ tree).
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO

from senformer.tracks.bigwig_header import HEADER, INDEX, INDEX_MAGIC, MAGIC, TREE, TREE_MAGIC

_NODE = struct.Struct("<BBH")
_SUMMARY = struct.Struct("<Qdddd")
_CHROM_TREE_FIELD = 8  # byte of the header that holds the tree's offset
_BLOCK = 256
_SIGNATURE = struct.pack("<I", MAGIC)

Chrom = tuple[bytes, int, int]  # name, number inside the file, length in bp


def list_all_chroms(path: Path, chrom_sizes: dict[str, int]) -> None:
    """Give the bigWig file at ``path`` a list of all of ``chrom_sizes``, sorted by name."""
    with path.open("r+b") as handle:
        numbers = read_numbers(handle)
        free = max(numbers.values(), default=-1) + 1
        for name in chrom_sizes:
            if name not in numbers:
                numbers[name], free = free, free + 1
        tree_start = handle.seek(-len(_SIGNATURE), os.SEEK_END)
        handle.write(_tree(chrom_sizes, numbers, tree_start) + _SIGNATURE)
        handle.seek(_CHROM_TREE_FIELD)
        handle.write(struct.pack("<Q", tree_start))


def write_empty(path: Path, chrom_sizes: dict[str, int]) -> None:
    """Write a bigWig file without any value, which the library cannot."""
    numbers = {name: number for number, name in enumerate(chrom_sizes)}
    summary_start = HEADER.size
    tree_start = summary_start + _SUMMARY.size
    tree = _tree(chrom_sizes, numbers, tree_start)
    data_start = tree_start + len(tree)
    index_start = data_start + 8
    header = HEADER.pack(MAGIC, 4, 0, tree_start, data_start, index_start, 0, 0, 0, summary_start, 0, 0)
    index = INDEX.pack(INDEX_MAGIC, _BLOCK, 0, 0, 0, 0, 0, index_start, 1, 0) + _NODE.pack(1, 0, 0)
    with path.open("wb") as handle:  # allowed: a temporary of commit_file
        handle.write(header + _SUMMARY.pack(0, 0, 0, 0, 0) + tree + struct.pack("<Q", 0) + index + _SIGNATURE)


def read_numbers(handle: BinaryIO) -> dict[str, int]:
    """Return the number that every listed chromosome has in the data."""
    handle.seek(_CHROM_TREE_FIELD)
    handle.seek(struct.unpack("<Q", handle.read(8))[0])
    _, _, key_size, value_size, _, _ = TREE.unpack(handle.read(TREE.size))
    numbers: dict[str, int] = {}
    nodes = [handle.tell()]
    while nodes:
        handle.seek(nodes.pop())
        is_leaf, _, count = _NODE.unpack(handle.read(_NODE.size))
        for _ in range(count):
            item = handle.read(key_size + value_size)
            if is_leaf:
                numbers[item[:key_size].rstrip(b"\0").decode()] = struct.unpack_from("<I", item, key_size)[0]
            else:
                nodes.append(struct.unpack_from("<Q", item, key_size)[0])
    return numbers


def _tree(chrom_sizes: dict[str, int], numbers: dict[str, int], start: int) -> bytes:
    """Return the list as a B+ tree of one or two levels that begins at byte ``start``."""
    chroms = sorted((name.encode(), numbers[name], size) for name, size in chrom_sizes.items())
    key_size = max((len(name) for name, _, _ in chroms), default=1)
    leaves = [chroms[first : first + _BLOCK] for first in range(0, len(chroms), _BLOCK)] or [[]]
    header = TREE.pack(TREE_MAGIC, _BLOCK, key_size, 8, len(chroms), 0)
    if len(leaves) == 1:
        return header + _leaf(leaves[0], key_size)
    item_size = key_size + 8
    first_leaf = start + len(header) + _NODE.size + len(leaves) * item_size
    leaf_size = _NODE.size + _BLOCK * item_size
    root = _NODE.pack(0, 0, len(leaves)) + b"".join(
        leaf[0][0].ljust(key_size, b"\0") + struct.pack("<Q", first_leaf + place * leaf_size)
        for place, leaf in enumerate(leaves)
    )
    return header + root + b"".join(_leaf(leaf, key_size) for leaf in leaves)


def _leaf(chroms: list[Chrom], key_size: int) -> bytes:
    items = (name.ljust(key_size, b"\0") + struct.pack("<II", number, size) for name, number, size in chroms)
    return _NODE.pack(1, 0, len(chroms)) + b"".join(items)
