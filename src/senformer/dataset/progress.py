"""How far a stopped build came, as far as its folder tells; raised where a finished one is needed."""

from pathlib import Path
from typing import Any

import numpy as np

from senformer.core.commit import is_leftover
from senformer.core.errors import DataError
from senformer.core.wording import counted
from senformer.dataset import layout
from senformer.dataset.manifest import read_json
from senformer.dataset.table.layout import KIND as TABLE

_AGAIN = "Run the same senformer build command again: it goes on where it was."


def refuse_unfinished(root: Path) -> None:
    """Refuse the folder of a build, of one genome or several or a table, that was begun and not closed.

    Any other folder passes.

    Raises
    ------
    DataError
        It is unfinished (E411); how many pieces are done, and of how many, is said.
    """
    if _is_begun(root):
        found = "is not finished: all it holds is the lock of a command that was stopped as it began (no "
        found += f"{layout.HEADER}); no piece of a dataset is done"
        todo = "Run the same senformer build command again, or wait where it still runs."
        raise DataError("E411", str(root), found, todo)
    if (root / layout.HEADER).is_file() and not (root / layout.DONE).is_file():
        header = read_json(root / layout.HEADER)
        told = _tell_members(root, header) if header.get("kind") == layout.COLLECTION else _tell(root, header)
        raise DataError("E411", str(root), f"is not finished (no {layout.DONE}): {told}", _AGAIN)


def n_pieces(header: dict[str, Any]) -> int | None:
    """Return how many pieces a build has, from its ``dataset.json``; None where this version cannot tell."""
    if header.get("format") not in layout.FORMATS:
        return None
    if header.get("kind") == TABLE:
        return -(-header["n_rows"] // header["block_rows"])
    packs, sizes, bin_bp = header.get("packs", {}), header["chrom_sizes"], header["bin_bp"]
    if "tfrecord" in header:
        return len(packs)
    packed = {contig for contigs in packs.values() for contig in contigs}
    alone = [size // bin_bp for chrom, size in sizes.items() if chrom not in packed]
    n_bins = alone + [sum(sizes[contig] // bin_bp for contig in contigs) for contigs in packs.values()]
    n_tracks = len(header["tracks"]) if header.get("is_measured", True) else 0
    itemsize = np.dtype(header["dtype"]).itemsize
    # The bases of each array are one piece, and so is each shard of its targets.
    return sum(1 + -(-n // layout.target_grid(n, n_tracks, itemsize, bin_bp).shard) for n in n_bins)


def n_done(root: Path) -> int:
    """Return how many pieces have their record."""
    return sum(not is_leftover(record) for record in (root / layout.SHARDS).rglob("*.json"))


def _is_begun(root: Path) -> bool:
    children = list(root.iterdir()) if root.is_dir() else []
    return bool(children) and all(map(is_leftover, children))


def _tell(root: Path, header: dict[str, Any]) -> str:
    done, total = n_done(root), n_pieces(header)
    if total is None:
        return f"{counted(done, 'piece')} done"
    return f"{done:,} of {counted(total, 'piece')} done" + (", all but its end" if done == total else "")


def _tell_members(root: Path, header: dict[str, Any]) -> str:
    told = []
    for name in header["genomes"]:
        if (root / name / layout.DONE).is_file():
            told.append(f"{name} is finished")
        elif (root / name / layout.HEADER).is_file():
            told.append(f"{name} {_tell(root / name, read_json(root / name / layout.HEADER))}")
        else:
            told.append(f"{name} not begun")
    return ", ".join(told)
