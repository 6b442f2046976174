"""Zarr arrays of a dataset: written whole by one process, zstd with CRC32C, every chunk on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from senformer.core.commit import commit_folder
from senformer.dataset.layout import Grid

# Bases have no pattern that a higher level finds, and are decoded at half the speed after it looked.
_LEVELS = {"uint8": 1}
_ZSTD_LEVEL = 5


def write_array(
    path: Path,
    blocks: Iterator[np.ndarray],
    *,
    shape: tuple[int, ...],
    dtype: str,
    grid: Grid,
    axes: tuple[str, ...],
    fill: float | int,
    meaning: dict[str, Any],
) -> None:
    """Commit one array, shard by shard.

    Parameters
    ----------
    path
        The array's folder; it appears only when every chunk is written.
    blocks
        Consecutive pieces along the first axis, ``grid.shard`` long but for the last.
    shape, dtype, grid, axes
        The array; chunks run across all of the other axes.
    fill
        Value a chunk that is not there would read as. All chunks are written, also uniform ones, so that
        a missing one is damage and never data.
    meaning
        Attributes: unit and meaning of the values.
    """

    def write(folder: Path) -> None:
        array = zarr.create_array(
            store=str(folder),
            shape=shape,
            dtype=dtype,
            chunks=(grid.chunk, *shape[1:]),
            shards=(grid.shard, *shape[1:]),
            compressors=(ZstdCodec(level=_LEVELS.get(dtype, _ZSTD_LEVEL)), Crc32cCodec()),
            fill_value=fill,
            dimension_names=axes,
            attributes=meaning,
            config={"write_empty_chunks": True},
        )
        first = 0
        for block in blocks:
            array[first : first + len(block)] = block
            first += len(block)
        if first != shape[0]:
            raise ValueError(f"{path}: {first} of {shape[0]} rows were given")

    commit_folder(path, write)


def open_array(path: Path) -> zarr.Array:
    """Open one array for reading."""
    return zarr.open_array(store=str(path), mode="r")
