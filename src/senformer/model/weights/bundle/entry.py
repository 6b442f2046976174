"""What the index says of one stored tensor."""

from dataclasses import dataclass
from math import prod

import torch

from senformer.model.weights.bundle.wire import number_of, pieces_of, read_message, signed

STRING = 7
# TensorFlow's numbers of the types that weights and counters have.
DTYPES = {
    1: torch.float32,
    2: torch.float64,
    3: torch.int32,
    9: torch.int64,
    10: torch.bool,
    14: torch.bfloat16,
    19: torch.float16,
}
_DTYPE, _SHAPE, _SHARD, _OFFSET, _SIZE, _CRC, _SLICES = range(1, 8)
_SHARDS, _ENDIANNESS = 1, 2
_DIM, _DIM_SIZE = 2, 1


@dataclass(frozen=True)
class Entry:
    """Where a tensor lies, and of which type and shape it is; ``dtype`` is TensorFlow's number."""

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    is_sliced: bool

    def check_size(self) -> None:
        """Raise ValueError where the bytes are not those of type and shape."""
        if self.dtype in DTYPES and self.size != prod(self.shape) * DTYPES[self.dtype].itemsize:
            raise ValueError(f"has {self.size} bytes for the shape {self.shape}")


def read_header(data: bytes) -> int:
    """Return the number of shards.

    Raises
    ------
    ValueError
        The header is damaged, or the numbers are big-endian.
    """
    message = read_message(data)
    if number_of(message, _ENDIANNESS):
        raise ValueError("was written by a big-endian machine, which is not supported")
    return number_of(message, _SHARDS)


def read_entry(data: bytes) -> Entry:
    """Return one entry of the index.

    Raises
    ------
    ValueError
        It is damaged.
    """
    message = read_message(data)
    shapes = [read_message(piece) for piece in pieces_of(message, _SHAPE)]
    dims = [read_message(piece) for shape in shapes for piece in pieces_of(shape, _DIM)]
    return Entry(
        dtype=number_of(message, _DTYPE),
        shape=tuple(signed(number_of(dim, _DIM_SIZE)) for dim in dims),
        shard=number_of(message, _SHARD),
        offset=number_of(message, _OFFSET),
        size=number_of(message, _SIZE),
        crc=number_of(message, _CRC),
        is_sliced=bool(message[_SLICES]),
    )
