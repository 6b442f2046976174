"""Walk a bigWig's index before the library trusts it: a damaged entry makes it ask for any memory.

Layout: Kent et al. 2010, doi:10.1093/bioinformatics/btq351, supplement (R tree).
"""

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from senformer.tracks.bigwig_header import INDEX, BigWigHeader

NODE = struct.Struct("<BBH")
_PLACE = [(name, "<u4") for name in ("first_chrom", "first_base", "last_chrom", "last_base")]
LEAF = np.dtype([*_PLACE, ("offset", "<u8"), ("size", "<u8")])
INNER = np.dtype([*_PLACE, ("offset", "<u8")])
# The library unpacks a block at once; real blocks are about a thousand entries, 12 KiB.
_LARGEST_BLOCK = 1 << 26


def find_index_fault(path: Path, header: BigWigHeader) -> str | None:
    """Return what is wrong with the index, or None.

    Every node and every block must lie inside the file, no node may be reached twice, no block may be larger
    than any writer makes them, and there must be as many as the file says. Cost: some microseconds per 256
    blocks.
    """
    with path.open("rb") as handle:
        return _walk(handle, header, path.stat().st_size)


def _walk(handle: BinaryIO, header: BigWigHeader, file_bytes: int) -> str | None:
    root, n_blocks = header.index + INDEX.size, 0
    nodes, seen = [root], {root}
    while nodes:
        place = nodes.pop()
        handle.seek(place)
        head = handle.read(NODE.size)
        if len(head) < NODE.size:
            return f"its index points to byte {place} of {file_bytes}"
        is_leaf, _, count = NODE.unpack(head)
        layout = LEAF if is_leaf else INNER
        content = handle.read(count * layout.itemsize)
        if len(content) < count * layout.itemsize:
            return f"its index has a node of {count} entries at byte {place} of {file_bytes}"
        items = np.frombuffer(content, dtype=layout)
        if (items["offset"] >= file_bytes).any():
            return f"its index points to byte {items['offset'].max()} of {file_bytes}"
        if is_leaf:
            if (items["size"] > min(file_bytes, _LARGEST_BLOCK)).any():
                return f"its index claims a block of {items['size'].max()} bytes"
            n_blocks += count
            continue
        children = items["offset"].tolist()
        if len(children) != len(set(children)) or not seen.isdisjoint(children):
            return f"its index reaches a node twice from byte {place}"
        seen.update(children)
        nodes += children
    if n_blocks != header.n_blocks:
        return f"its index has {n_blocks} blocks, its data {header.n_blocks}"
    return None
