"""Zarr arrays of a dataset: declared once, filled shard by shard, zstd with CRC32C, every chunk on disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from senformer.core.commit import commit_folder, commit_into
from senformer.dataset.layout import Grid

# Bases have no pattern that a higher level finds, and are decoded at half the speed after it looked. Signal
# takes three times as long at level 5, for a tenth of the bytes.
LEVELS = {"uint8": 1}
ZSTD_LEVEL = 3
_METADATA = "zarr.json"


class ArraySpec(NamedTuple):
    """What an array is.

    Attributes
    ----------
    shape, dtype, grid, axes
        The array; chunks run across all axes but the first.
    fill
        Value a chunk that is not there would read as. All chunks are written, also uniform ones, so that
        a missing one is damage and never data.
    meaning
        Attributes: unit and meaning of the values.
    """

    shape: tuple[int, ...]
    dtype: str
    grid: Grid
    axes: tuple[str, ...]
    fill: float | int
    meaning: dict[str, Any]


def declare_array(path: Path, spec: ArraySpec) -> None:
    """Commit an array that holds no chunk yet; one that is there stays as it is."""
    if not (path / _METADATA).is_file():
        commit_folder(path, lambda folder: _create(folder, spec))


def write_rows(path: Path, first: int, blocks: Iterator[np.ndarray]) -> list[Path]:
    """Commit whole shards of a declared array, each by one writer alone.

    Parameters
    ----------
    path
        The array.
    first
        Row that the blocks begin at: the first of a shard.
    blocks
        Consecutive pieces along the first axis, each a shard but for the array's last.

    Returns
    -------
    The files of the shards.
    """

    def write(folder: Path) -> None:
        shutil.copyfile(path / _METADATA, folder / _METADATA)
        # What is given to open_array as config does not reach the writing.
        array = zarr.open_array(store=str(folder), mode="r+").with_config({"write_empty_chunks": True})
        row = first
        for block in blocks:
            array[row : row + len(block)] = block
            row += len(block)
        (folder / _METADATA).unlink()

    return commit_into(path, str(first), write)


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
    """Commit one array, which nothing but an earlier or simultaneous call for the same array fills.

    Files are moved in one by one, so that two processes may write the same array: a cluster runs a job again
    whose worker it takes for lost. The caller records when all are there.

    Parameters
    ----------
    path
        The array's folder; its files appear only when every chunk is written.
    blocks
        Consecutive pieces along the first axis, ``grid.shard`` long but for the last.
    shape, dtype, grid, axes, fill, meaning
        As in :class:`ArraySpec`.
    """
    spec = ArraySpec(shape, dtype, grid, axes, fill, meaning)

    def write(folder: Path) -> None:
        array = _create(folder, spec)
        row = 0
        for block in blocks:
            array[row : row + len(block)] = block
            row += len(block)
        if row != spec.shape[0]:
            raise ValueError(f"{path}: {row} of {spec.shape[0]} rows were given")

    commit_into(path, "whole", write)


def _create(folder: Path, spec: ArraySpec) -> zarr.Array:
    rest = spec.shape[1:]
    return zarr.create_array(
        store=str(folder),
        shape=spec.shape,
        dtype=spec.dtype,
        chunks=(spec.grid.chunk, *rest),
        shards=(spec.grid.shard, *rest),
        compressors=(ZstdCodec(level=LEVELS.get(spec.dtype, ZSTD_LEVEL)), Crc32cCodec()),
        fill_value=spec.fill,
        dimension_names=spec.axes,
        attributes=spec.meaning,
        config={"write_empty_chunks": True},
    )


def open_array(path: Path) -> zarr.Array:
    """Open one array for reading."""
    return zarr.open_array(store=str(path), mode="r")
