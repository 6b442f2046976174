"""One block of rows, from text to arrays on disk; the unit of work of a table's build."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float32, Int8, Int64, UInt8

from senformer.core.commit import write_json
from senformer.core.shapes import N_CODE
from senformer.dataset.arrays import write_array
from senformer.dataset.config import SPLITS
from senformer.dataset.manifest import describe_files
from senformer.dataset.shard import open_genome, shard_record
from senformer.dataset.statistics import TrackSums
from senformer.dataset.table import layout
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.config import SEQUENCE, InputConfig, TableConfig
from senformer.dataset.table.encode import Place, encode_column, letters
from senformer.dataset.table.input_file import read_input, shape_of
from senformer.dataset.table.label_counts import count_labels
from senformer.dataset.table.locus import cut_loci
from senformer.dataset.table.numbers import read_columns, read_values
from senformer.genome.sequence import count_iupac
from senformer.tracks.track import Track


@dataclass(frozen=True)
class Block:
    """What a process needs to write some consecutive rows.

    Attributes
    ----------
    config, tracks
        As in the plan.
    first_row
        Number of the first row.
    chunks
        The rows as text.
    codes, groups
        Split and group of every row.
    """

    config: TableConfig
    tracks: tuple[Track, ...]
    first_row: int
    chunks: list[Chunk]
    codes: Int8[np.ndarray, " row"]
    groups: Int64[np.ndarray, " row"] | None

    @property
    def name(self) -> str:
        """Name of its arrays."""
        return layout.block_name(self.first_row)


def block_paths(root: Path, config: TableConfig, name: str) -> list[Path]:
    """Return the arrays of a block, and its table of rows."""
    names = [*config.sequence_names, *config.inputs]
    stores = [*(layout.input_store(given) for given in names), layout.VALUES_STORE]
    return [*(root / store / name for store in stores), root / layout.ROWS / f"{name}.parquet"]


def build_block(block: Block, root: Path) -> None:
    """Write the arrays of one block, its rows and, last, its record.

    Raises
    ------
    DataError
        The files changed since they were checked, and a row is wrong now.
    """
    config, name = block.config, block.name
    counts: Counter[str] = Counter()
    sequences, place = _sequences(block, counts)
    for given, codes in sequences.items():
        _write_codes(root / layout.input_store(given) / name, codes)
    for given, extra in config.inputs.items():
        _write_numbers(root / layout.input_store(given) / name, _numbers(block, given, extra), given)
    values = np.concatenate([read_values(chunk, config.values, block.tracks) for chunk in block.chunks])
    _write_values(root / layout.VALUES_STORE / name, values, block.tracks)
    layout.ROW_SCHEMA.write(root / layout.ROWS / f"{name}.parquet", _rows(block, place))
    write_json(shard_record(root, name), _record(block, root, values, counts))


def _record(
    block: Block, root: Path, values: Float32[np.ndarray, "row track"], counts: Counter[str]
) -> dict[str, Any]:
    iupac: Counter[str] = Counter()
    for column in (block.config.sequence or {}).values():
        for chunk in block.chunks:
            iupac += count_iupac(letters(chunk, column)[1])
    sums = {"all": TrackSums.of(values)}
    sums |= {split: TrackSums.of(values[block.codes == code]) for code, split in enumerate(SPLITS)}
    ones = {"all": count_labels(values)}
    ones |= {split: count_labels(values[block.codes == code]) for code, split in enumerate(SPLITS)}
    return {
        "block": block.name,
        "n_rows": len(block.codes),
        "counts": dict(sorted(counts.items())),
        "iupac_bases": dict(sorted(iupac.items())),
        "sums": {name: found.to_dict() for name, found in sums.items()},
        "labels": ones,
        "files": describe_files(root, block_paths(root, block.config, block.name)),
    }


def _sequences(block: Block, counts: Counter[str]) -> tuple[dict[str, UInt8[np.ndarray, "row base"]], Place]:
    """Return the codes by name, and where the first sequence lies in its window."""
    config = block.config
    if config.locus is not None:
        fasta = open_genome(Path(str(config.genome)))
        cut = [cut_loci(chunk, config, config.locus, fasta) for chunk in block.chunks]
        counts["cropped_sequences"] += sum(part[2] for part in cut)
        counts["beyond_chromosome"] += sum(part[3] for part in cut)
        return {SEQUENCE: np.concatenate([part[0] for part in cut])}, _joined([part[1] for part in cut])
    found, places = {}, {}
    for name, column in (config.sequence or {}).items():
        parts = [encode_column(chunk, column, config) for chunk in block.chunks]
        found[name] = np.concatenate([part[0] for part in parts])
        places[name] = _joined([part[1] for part in parts])
        counts["cropped_sequences"] += sum(part[2] for part in parts)
    if not found:
        rows = np.zeros(len(block.codes), dtype=np.int64)
        return {}, Place(rows, rows + config.window_bp)
    return found, places[SEQUENCE]


def _joined(places: list[Place]) -> Place:
    return Place(np.concatenate([p.start for p in places]), np.concatenate([p.end for p in places]))


def _numbers(block: Block, name: str, extra: InputConfig) -> Float32[np.ndarray, "row *shape"]:
    if extra.columns is None:
        return read_input(name, extra, block.first_row, block.first_row + len(block.codes))
    found = np.concatenate([read_columns(chunk, extra.columns) for chunk in block.chunks])
    return found.reshape(len(found), *shape_of(extra, found.shape[1:], f"input {name!r}"))


def _rows(block: Block, place: Place) -> pd.DataFrame:
    config = block.config
    n_rows = len(block.codes)
    groups: Any = None
    if block.groups is not None:
        groups = [str(number) for number in block.groups]
    elif config.split.by == "group":
        groups = _texts(block, str(config.split.column))
    numbers = [str(number) for number in range(block.first_row, block.first_row + n_rows)]
    return pd.DataFrame(
        {
            "id": numbers if config.id is None else _texts(block, config.id),
            "split": [SPLITS[code] if code >= 0 else None for code in block.codes],
            "group": groups,
            "start_bp": place.start.astype(np.int32),
            "end_bp": place.end.astype(np.int32),
        }
    )


def _texts(block: Block, column: str) -> list[str]:
    return [text for chunk in block.chunks for text in chunk.columns[column].to_pylist()]


def _write_codes(path: Path, codes: UInt8[np.ndarray, "row base"]) -> None:
    meaning = {"meaning": "bases of every row", "codes": "A 0, C 1, G 2, T 3, N 4"}
    _write(path, codes, ("row", "base"), N_CODE, meaning)


def _write_values(path: Path, values: Float32[np.ndarray, "row track"], tracks: tuple[Track, ...]) -> None:
    meaning = {
        "meaning": "measured and scaled values; NaN is masked",
        "tracks": [track.name for track in tracks],
    }
    _write(path, values, ("row", "track"), float("nan"), meaning)


def _write_numbers(path: Path, numbers: Float32[np.ndarray, "row *shape"], name: str) -> None:
    axes = ("row", *(f"axis_{place}" for place in range(1, numbers.ndim)))
    _write(path, numbers, axes, float("nan"), {"meaning": f"input {name} of every row"})


def _write(
    path: Path, array: np.ndarray, axes: tuple[str, ...], fill: float | int, meaning: dict[str, Any]
) -> None:
    row_bytes = int(np.prod(array.shape[1:], dtype=int)) * array.itemsize
    write_array(
        path,
        iter([array]),
        shape=array.shape,
        dtype=str(array.dtype),
        grid=layout.row_grid(len(array), row_bytes),
        axes=axes,
        fill=fill,
        meaning=meaning,
    )
