"""A checkpoint's tensors, each read by itself and proven by its checksum."""

import struct
from pathlib import Path

import torch
from torch import Tensor

from senformer.core.checksum import masked_crc32c
from senformer.core.errors import DataError, MissingInputError
from senformer.model.weights.bundle.entry import DTYPES, STRING, Entry, read_entry, read_header
from senformer.model.weights.bundle.find import INDEX
from senformer.model.weights.bundle.table import read_table
from senformer.model.weights.bundle.wire import read_varint

_AGAIN = "Copy the checkpoint again."


class Bundle:
    """The tensors of one checkpoint.

    Attributes
    ----------
    entries
        What the index says of each tensor, by key.
    files
        The index and every data shard.
    """

    def __init__(self, prefix: Path) -> None:
        """Read the index, and find every shard as long as the index needs it.

        Raises
        ------
        MissingInputError
            The index or a shard is missing.
        DataError
            The index is damaged, or a shard is cut off.
        """
        self.index = prefix.with_name(prefix.name + INDEX)
        self.entries, n_shards = _read_index(self.index)
        self.shards: dict[int, Path] = {}
        for number in sorted({entry.shard for entry in self.entries.values()}):
            shard = prefix.with_name(f"{prefix.name}.data-{number:05d}-of-{n_shards:05d}")
            ends = [entry.offset + entry.size for entry in self.entries.values() if entry.shard == number]
            _check_shard(shard, max(ends))
            self.shards[number] = shard

    @property
    def files(self) -> list[Path]:
        """The index and every data shard."""
        return [self.index, *self.shards.values()]

    def tensor(self, key: str) -> Tensor:
        """Return one tensor, in memory of its own.

        Raises
        ------
        DataError
            Its bytes have another checksum, or it is text, or stored in slices.
        """
        entry = self.entries[key]
        if entry.is_sliced or entry.dtype not in DTYPES:
            kind = "is stored in slices" if entry.is_sliced else f"has type number {entry.dtype}"
            todo = "Save the model again, whole and as numbers."
            raise DataError("E524", f"{self.index} tensor {key!r}", kind, todo)
        data = self._bytes(key, entry)
        if masked_crc32c(data) != entry.crc:
            raise self._damaged(key, entry)
        flat = torch.frombuffer(bytearray(data), dtype=DTYPES[entry.dtype]) if data else torch.empty(0)
        return flat.view(entry.shape)

    def text(self, key: str) -> bytes:
        """Return a single stored string; raises as :meth:`tensor`."""
        entry = self.entries[key]
        data = self._bytes(key, entry)
        try:
            size, place = read_varint(data, 0)
        except ValueError as fault:
            raise self._damaged(key, entry) from fault
        # Checksums are of the length as four bytes, of that checksum, and of the text.
        length, text = struct.pack("<I", size & 0xFFFFFFFF), data[place + 4 :]
        stored = data[place : place + 4]
        good = entry.dtype == STRING and len(text) == size
        if not (good and masked_crc32c(length) == int.from_bytes(stored, "little")):
            raise self._damaged(key, entry)
        if masked_crc32c(length, stored, text) != entry.crc:
            raise self._damaged(key, entry)
        return text

    def _bytes(self, key: str, entry: Entry) -> bytes:
        with open(self.shards[entry.shard], "rb") as handle:
            handle.seek(entry.offset)
            data = handle.read(entry.size)
        if len(data) != entry.size:
            raise self._damaged(key, entry)
        return data

    def _damaged(self, key: str, entry: Entry) -> DataError:
        where = f"{self.shards[entry.shard]} tensor {key!r}"
        return DataError("E525", where, f"is damaged: other checksum at byte {entry.offset}", _AGAIN)


def _read_index(path: Path) -> tuple[dict[str, Entry], int]:
    """Return every entry by its key, and the number of shards."""
    try:
        table = read_table(path.read_bytes())
        n_shards = read_header(table.pop(b"", b""))
        entries = {key.decode(): read_entry(value) for key, value in table.items()}
        for entry in entries.values():
            entry.check_size()
            if entry.shard >= n_shards:
                raise ValueError(f"names shard {entry.shard} of {n_shards}")
    except FileNotFoundError as fault:
        raise MissingInputError("E521", str(path), "no such file", "Give all of a checkpoint.") from fault
    except ValueError as fault:
        raise DataError("E523", str(path), str(fault), _AGAIN) from fault
    return entries, n_shards


def _check_shard(shard: Path, needed: int) -> None:
    if not shard.is_file():
        todo = "Put it beside the .index file."
        raise MissingInputError("E521", str(shard), "no such file; the index names this shard", todo)
    size = shard.stat().st_size
    if size < needed:
        raise DataError(
            "E525", str(shard), f"is cut off: it has {size} bytes, the index needs {needed}", _AGAIN
        )
