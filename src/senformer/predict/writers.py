"""Predicted bins to files: one zarr group while the work goes on, bigWig files from it at the end.

Arrays are filled shard by shard, each shard one file written once, so that memory holds one shard and a
killed run loses at most one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from jaxtyping import Float32
from zarr.codecs import Crc32cCodec, ZstdCodec

from senformer.core.commit import remove, storage_errors, sync_file
from senformer.dataset.layout import shard_name
from senformer.tracks.bigwig import write_bigwig

ZARR = "predictions.zarr"
# Attributes of the group: name and meaning. Units and bin_bp stand on every array as well.
ATTRIBUTES = {
    "format": "version of this layout",
    "units": "stored (as in training) or measured (statistic of the signal over the bin)",
    "bin_bp": "width of a bin in bp; bin i of a chromosome starts at base i * bin_bp, 0-based",
    "head": "head of the model",
    "tracks": "name of each track, in column order",
    "chromosomes": "array of each chromosome, and its length in bp",
}
FORMAT = 1
_CHUNK_BYTES = 1 << 18
# What bigWig writing may hold: about 5 tracks of a human genome at 128 bp a bin, all of a chunk's on yeast.
_COLUMN_BYTES = 1 << 29


@dataclass(frozen=True)
class PredictionStore:
    """The zarr group of a prediction: one array (bin, track) a chromosome, NaN where nothing was predicted.

    Attributes
    ----------
    path
        Folder of the group.
    chrom_sizes
        Chromosomes predicted, with their lengths in bp.
    n_tracks
        Columns.
    bin_bp
        Width of a bin in bp.
    shard_bins
        Rows of one shard, the unit that is written at once.
    """

    path: Path
    chrom_sizes: dict[str, int]
    n_tracks: int
    bin_bp: int
    shard_bins: int

    @property
    def chunk_tracks(self) -> int:
        """Columns of one chunk: to read one of them decodes all."""
        return max(1, min(self.n_tracks, _CHUNK_BYTES // (4 * self.shard_bins)))

    def create(self, attributes: dict[str, Any]) -> None:
        """Create the group and its empty arrays, over whatever a killed run left."""
        remove(self.path)
        arrays = {chrom: shard_name(chrom) for chrom in self.chrom_sizes}
        chromosomes = {
            chrom: {"array": array, "bp": self.chrom_sizes[chrom]} for chrom, array in arrays.items()
        }
        with storage_errors(self.path):
            group = zarr.open_group(self.path, mode="w-", zarr_format=3)
            group.attrs.put(
                {"format": FORMAT, "bin_bp": self.bin_bp, "chromosomes": chromosomes, **attributes}
            )
            for chrom, array in arrays.items():
                self._create_array(group, array, self.chrom_sizes[chrom], attributes["units"])

    def _create_array(self, group: zarr.Group, name: str, size_bp: int, units: str) -> None:
        width = self.chunk_tracks
        group.create_array(
            name,
            shape=(-(-size_bp // self.bin_bp), self.n_tracks),
            chunks=(self.shard_bins, width),
            shards=(self.shard_bins, -(-self.n_tracks // width) * width),
            dtype="float32",
            fill_value=float("nan"),
            compressors=[ZstdCodec(level=3), Crc32cCodec()],
            dimension_names=("bin", "track"),
            attributes={"units": units, "bin_bp": self.bin_bp},
        )

    def write_shard(self, chrom: str, shard: int, values: Float32[np.ndarray, "bin track"]) -> Path:
        """Write the rows of one shard and return its file, durable."""
        first = shard * self.shard_bins
        file = self.path / shard_name(chrom) / "c" / str(shard) / "0"
        with storage_errors(file):
            self._array(chrom, "r+")[first : first + len(values)] = values
            sync_file(file)
        return file

    def blocks(
        self, tracks: slice, shards: dict[str, list[int]]
    ) -> Iterator[tuple[str, int, Float32[np.ndarray, "track bin"]]]:
        """Yield ``(chrom, start_bp, values)`` of some tracks, in the order of the given shards."""
        for chrom, numbers in shards.items():
            array = self._array(chrom, "r")
            for shard in numbers:
                first = shard * self.shard_bins
                yield (
                    chrom,
                    first * self.bin_bp,
                    np.ascontiguousarray(array[first : first + self.shard_bins, tracks].T),
                )

    def _array(self, chrom: str, mode: Any) -> Any:
        return zarr.open_array(self.path, path=shard_name(chrom), mode=mode, zarr_format=3)


def read_bins(path: Path, chrom: str, start: int, end: int) -> Float32[np.ndarray, "bin track"]:
    """Return the bins that share a base with ``start`` to ``end`` from a finished prediction's group."""
    group = zarr.open_group(path, mode="r", zarr_format=3)
    attributes: Any = group.attrs.asdict()
    array: Any = group[attributes["chromosomes"][chrom]["array"]]
    return array[start // attributes["bin_bp"] : -(-end // attributes["bin_bp"])]


def write_track_files(
    store: PredictionStore, files: list[Path], chrom_sizes: dict[str, int], shards: dict[str, list[int]]
) -> None:
    """Write one bigWig a track; those that are there already (each is written whole) are left.

    Parameters
    ----------
    store
        Where the predictions are; column ``i`` goes to ``files[i]``.
    files
        Final names.
    chrom_sizes
        All chromosomes of the genome, listed in every file.
    shards
        Numbers of the written shards of each chromosome, in the order of ``chrom_sizes``.
    """
    n_shards = sum(map(len, shards.values()))
    in_memory = _COLUMN_BYTES // (4 * store.shard_bins * max(1, n_shards))
    width = max(1, min(store.chunk_tracks, in_memory))
    # Groups do not cross a chunk, and a chunk that memory does not hold is cut as evenly as can be.
    width = -(-store.chunk_tracks // -(-store.chunk_tracks // width))
    for chunk in range(0, len(files), store.chunk_tracks):
        for first in range(chunk, min(chunk + store.chunk_tracks, len(files)), width):
            tracks = range(first, min(first + width, chunk + store.chunk_tracks, len(files)))
            _write_group(store, tracks, files, chrom_sizes, shards)


def _write_group(
    store: PredictionStore,
    tracks: range,
    files: list[Path],
    chrom_sizes: dict[str, int],
    shards: dict[str, list[int]],
) -> None:
    """Read some tracks at once, whole, and write those whose file is missing."""
    missing = [track for track in tracks if not files[track].exists()]
    if not missing:
        return
    blocks = list(store.blocks(slice(tracks.start, tracks.stop), shards))
    for track in missing:
        columns = ((chrom, start, values[track - tracks.start]) for chrom, start, values in blocks)
        write_bigwig(files[track], chrom_sizes, columns, store.bin_bp)
