"""Signal as sorted runs in one derived file: what text and alignments are turned into once, then mapped.

Layout: per chromosome all starts, all ends (int32) and all values (float32); then a JSON head that tells
where each begins, its length and checksum, and a mark. A file without its mark was never finished. The
checksum of a chromosome is proven when a process first reads it.
"""

import functools
import json
import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from senformer.core.commit import write_bytes
from senformer.genome.files import Identity
from senformer.tracks.reader import Totals
from senformer.tracks.runs import Runs
from senformer.tracks.summary import Summary

_END = struct.Struct("<QI8s")
_MAGIC = b"SFRUNS2\n"
_TYPES = ("<i4", "<i4", "<f4")
# A memory map holds a descriptor: fewer than the 1,024 that systems allow a process.
_OPEN_FILES = 256


@dataclass(frozen=True)
class RunFile:
    """An open file of runs.

    Attributes
    ----------
    chroms
        By name: offset in bytes, number of runs, and sums over them.
    facts
        What else was noted while the file was made.
    content
        All bytes, mapped.
    proven
        Chromosomes whose checksum was found right.
    """

    chroms: dict[str, dict[str, Any]]
    facts: dict[str, Any]
    content: UInt8[np.ndarray, " byte"]
    proven: set[str] = field(default_factory=set)

    def runs(self, chrom: str) -> Runs:
        """Return the runs of a chromosome, starts and ends still int32; none where it has none.

        Raises
        ------
        ValueError
            They are not what was written.
        """
        head = self.chroms.get(chrom, {"offset": 0, "n": 0})
        at, n_bytes = head["offset"], 4 * head["n"]
        if chrom in self.chroms and chrom not in self.proven:
            if zlib.crc32(self.content[at : at + 3 * n_bytes].data) != head["crc32"]:
                raise ValueError(f"the runs of {chrom} have another checksum than when they were written")
            self.proven.add(chrom)
        columns = (self.content[at + k * n_bytes : at + (k + 1) * n_bytes] for k in range(3))
        return Runs(*(column.view(kind) for column, kind in zip(columns, _TYPES, strict=True)))

    def totals(self, chrom: str) -> Totals:
        """Return covered bases and their sum."""
        head = self.chroms.get(chrom)
        return Totals(head["n_covered_bp"], head["total"]) if head else Totals(0, 0.0)

    def summary(self) -> Summary:
        """Return the sums over all chromosomes."""
        heads = list(self.chroms.values())
        return Summary(
            sum(head["n_covered_bp"] for head in heads),
            min((head["smallest"] for head in heads), default=math.nan),
            max((head["largest"] for head in heads), default=math.nan),
            math.fsum(head["total"] for head in heads),
            math.fsum(head["squares"] for head in heads),
        )


def write_run_file(path: Path, parts: Iterable[tuple[str, Runs]], facts: dict[str, Any]) -> None:
    """Write the runs of every chromosome, one after another; ``facts`` may grow until the last is given."""
    write_bytes(path, _blocks(parts, facts))


def _blocks(parts: Iterable[tuple[str, Runs]], facts: dict[str, Any]) -> Iterator[bytes]:
    chroms: dict[str, dict[str, Any]] = {}
    offset = 0
    for name, runs in parts:
        chroms[name] = {"offset": offset, "n": len(runs.starts), **_sums(runs)}
        checksum = 0
        for column, kind in zip(runs, _TYPES, strict=True):
            raw = np.ascontiguousarray(column, dtype=kind).tobytes()
            offset += len(raw)
            checksum = zlib.crc32(raw, checksum)
            yield raw
        chroms[name]["crc32"] = checksum
    head = json.dumps({"chroms": chroms, "facts": facts}).encode()
    yield head
    yield _END.pack(offset, zlib.crc32(head), _MAGIC)


def _sums(runs: Runs) -> dict[str, Any]:
    lengths, values = runs.ends.astype(np.int64) - runs.starts, runs.values.astype(np.float64)
    known = values[~np.isnan(values)]
    return {
        "n_covered_bp": int(lengths.sum()),
        "total": float((lengths * values).sum()),
        "squares": float((lengths * values**2).sum()),
        "smallest": float(known.min()) if known.size else math.inf,
        "largest": float(known.max()) if known.size else -math.inf,
        "last": int(runs.ends[-1]) if len(runs.ends) else 0,
    }


def is_run_file(path: Path) -> bool:
    """Say whether there is a finished file of runs."""
    return _read_head(path) is not None


@functools.lru_cache(maxsize=_OPEN_FILES)
def open_run_file(path: Path, stamp: Identity | None) -> RunFile:
    """Map a finished file of runs; ``stamp`` keeps versions of one name apart.

    Raises
    ------
    FileNotFoundError
        It is gone, or was never finished.
    """
    head = _read_head(path)
    if head is None:
        raise FileNotFoundError(path)
    return RunFile(head["chroms"], head["facts"], np.memmap(path, dtype=np.uint8, mode="r"))


def _read_head(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as handle:
            size = handle.seek(0, 2)
            handle.seek(max(0, size - _END.size))
            mark = handle.read()
            if len(mark) < _END.size:
                return None
            offset, checksum, magic = _END.unpack(mark)
            if magic != _MAGIC or offset > size - _END.size:
                return None
            handle.seek(offset)
            raw = handle.read(size - _END.size - offset)
    except FileNotFoundError:
        return None
    return json.loads(raw) if zlib.crc32(raw) == checksum else None
