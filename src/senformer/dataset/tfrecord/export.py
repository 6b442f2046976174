"""A dataset as TFRecords in the layout of Basenji, so that the tools of that family can read it."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from senformer.core.commit import refuse_existing, sweep_folder, write_bytes, write_json, write_text
from senformer.core.errors import ConfigError, DataError
from senformer.core.lock import folder_lock
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.provenance import describe_input, make_record
from senformer.core.wording import counted
from senformer.dataset.config import SPLITS
from senformer.dataset.contigs import true_intervals
from senformer.dataset.examples import refuse_unmeasured
from senformer.dataset.folder import clear_folder
from senformer.dataset.manifest import read_json
from senformer.dataset.negatives import is_shuffled
from senformer.dataset.pool import in_processes
from senformer.dataset.store import Dataset
from senformer.dataset.tfrecord.facts import SEQUENCES, STATISTICS, TARGETS
from senformer.dataset.tfrecord.framing import frame
from senformer.dataset.tfrecord.record import INDEX, write_record
from senformer.dataset.tfrecord.tables import crop_bp, sequence_lines, set_statistics, target_table
from senformer.dataset.windows import is_padded

PER_FILE = 256


@dataclass(frozen=True)
class ExportConfig:
    """How records are written.

    Attributes
    ----------
    sequence
        ``index``: a byte a base, what current Basenji and Baskerville write; ``one_hot``: four bytes a base,
        what the published Enformer records have.
    dtype
        ``float16`` as bytes, what both read, or ``float32`` as a list of floats, as the oldest records have;
        None takes the stored type. A value beyond float16 is refused, other ones are rounded.
    nan
        Masked bins (NaN), which the tools of that family do not know: an error, written as NaN, or as zero.
    """

    sequence: Literal["index", "one_hot"] = "index"
    dtype: Literal["float16", "float32"] | None = None
    nan: Literal["error", "keep", "zero"] = "error"


def export_tfrecords(
    dataset: Dataset, out: Path, config: ExportConfig | None = None, *, workers: int = 1
) -> dict[str, Any]:
    """Write the windows of ``dataset`` as a set of TFRecords.

    ``tfrecords/SPLIT-N.tfr`` with 256 windows each, in the order of the dataset's windows; ``sequences.bed``
    with the target's interval of every record, where coordinates are known; ``targets.txt``; and, last,
    ``statistics.json``. Values are the stored ones. Killed at any moment, the same call writes the files that
    are missing.

    Parameters
    ----------
    dataset
        Of kind ``genome``.
    out
        Folder to make. One that holds anything but the same export is refused.
    config
        How records are written.
    workers
        Processes. The result does not depend on it.

    Returns
    -------
    ``records`` per split, ``files``, ``tracks``, ``nan_values`` written as NaN or zero, and whether
    ``sequences.bed`` could be written (``has_coordinates``).

    Raises
    ------
    DataError
        A masked bin under ``nan: error``, or a value beyond float16; what this call wrote is removed.
    ConfigError
        The dataset has no targets, or negatives that are shuffled or windows that are padded when they are
        read.
    OutputError
        ``out`` holds something else.
    """
    out, config = Path(out), config or ExportConfig()
    _refuse_made(dataset)
    identity = _identity(dataset, config)
    with folder_lock(out):
        fresh = not (out / RUN_RECORD).is_file()
        _refuse_other(out, identity)
        if (out / STATISTICS).is_file():
            return read_json(out / RUN_RECORD)["counts"]
        for folder in (out, out / "tfrecords"):
            sweep_folder(folder)
        write_json(out / RUN_RECORD, make_record("export", config=identity))
        jobs = dict(_jobs(dataset, out, config))
        try:
            masked = dict(in_processes(jobs, workers, str(out)))
            return _finish(dataset, out, identity, masked)
        except DataError:
            if fresh:
                clear_folder(out)
            raise


def _refuse_made(dataset: Dataset) -> None:
    """Refuse windows that are not the genome's own bases and values alone."""
    refuse_unmeasured(dataset, "Export a dataset that was built with tracks.")
    if is_shuffled(dataset.config.negatives, dataset.windows).any():
        raise ConfigError(
            "E452",
            str(dataset.path),
            "has negatives of kind dinuc_shuffled, which are made when they are read; records hold the "
            "genome's own bases",
            "Build with negatives of kind gc_matched or genomic, or with none, and export that.",
        )
    n_padded = int(is_padded(dataset.windows, dataset.chrom_sizes).sum()) if dataset.contigs is None else 0
    if n_padded:
        raise ConfigError(
            "E452",
            str(dataset.path),
            f"has {counted(n_padded, 'window')} beyond the ends of chromosomes, which the tools that read "
            "sequences.bed do not know",
            "Build with edges: drop, and export that.",
        )


def _identity(dataset: Dataset, config: ExportConfig) -> dict[str, Any]:
    """Return what decides the bytes of an export."""
    return {
        "dataset_sha256": describe_input(dataset.path).get("sha256"),
        "sequence": config.sequence,
        "dtype": config.dtype or dataset.config.dtype,
        "nan": config.nan,
    }


def _refuse_other(out: Path, identity: dict[str, Any]) -> None:
    record = out / RUN_RECORD
    if not record.is_file() or read_json(record).get("config") != identity:
        refuse_existing(out)


def _jobs(dataset: Dataset, out: Path, config: ExportConfig) -> Iterator[tuple[str, Any]]:
    for split in SPLITS:
        rows = dataset.windows[dataset.windows["split"] == split]
        for number, first in enumerate(range(0, len(rows), PER_FILE)):
            name = f"{split}-{number}.tfr"
            part = rows.iloc[first : first + PER_FILE]
            yield name, partial(write_file, dataset, part, out / "tfrecords" / name, config)


def write_file(dataset: Dataset, windows: pd.DataFrame, path: Path, config: ExportConfig) -> int:
    """Write the records of some windows, and return how many of their values are masked.

    A file that is there is complete, and is only counted.
    """
    masked = 0
    is_there = path.is_file()

    def packed() -> Iterator[bytes]:
        nonlocal masked
        engine = zlib.compressobj()
        for window in windows.itertuples(index=False):
            where = f"{dataset.path} {window.chrom}:{window.start + 1}-{window.end}"
            lo = window.start // dataset.bin_bp + dataset.config.crop_bins
            hi = window.end // dataset.bin_bp - dataset.config.crop_bins
            stored = dataset.targets(window.chrom, lo, hi)
            masked += int(np.isnan(stored).sum())
            if is_there:
                continue
            target = to_written(stored, dataset, config, where)
            codes = dataset.sequence(window.chrom, window.start, window.end)
            yield engine.compress(frame(write_record(codes, target, config.sequence)))
        yield engine.flush()

    if is_there:
        list(packed())
    else:
        write_bytes(path, packed())
    return masked


def to_written(
    target: Float[np.ndarray, "bin track"], dataset: Dataset, config: ExportConfig, where: str
) -> Float[np.ndarray, "bin track"]:
    """Return a target in the type and with the masked bins that an export writes.

    Raises
    ------
    DataError
        A masked bin under ``nan: error``, or a value that float16 cannot hold.
    """
    hollow = np.isnan(target)
    if config.nan == "error" and hollow.any():
        row, column = (int(at) for at in np.argwhere(hollow)[0])
        raise DataError(
            "E482",
            where,
            f"bin {row} of the target is masked in track {dataset.tracks[column].name!r} (as are "
            f"{int(hollow.sum()):,} values of the window), which the tools that read TFRecords do not know",
            "Set --nan zero to write 0, or --nan keep to write NaN.",
        )
    if config.nan == "zero":
        target = np.where(hollow, np.float32(0), target)
    dtype = config.dtype or dataset.config.dtype
    limit = np.finfo(dtype).max
    if (np.abs(target) > limit).any():
        row, column = (int(at) for at in np.argwhere(np.abs(target) > limit)[0])
        raise DataError(
            "E483",
            where,
            f"bin {row} of the target is {target[row, column]:g} in track {dataset.tracks[column].name!r}, "
            f"beyond {dtype} (largest {limit:g})",
            "Write float32 with --dtype float32, or build the dataset with another scale.",
        )
    return target.astype(dtype)


def _finish(dataset: Dataset, out: Path, identity: dict[str, Any], masked: dict[str, int]) -> dict[str, Any]:
    """Write what lies beside the records; ``statistics.json`` closes the set."""
    windows = dataset.windows.sort_values("split", key=lambda s: s.map(SPLITS.index), kind="stable")
    true = true_intervals(windows, dataset.contigs, clip=False)
    is_known = dataset.contigs is None or bool(dataset.contigs["chrom"].notna().all())
    if is_known:
        write_text(out / SEQUENCES, sequence_lines(true, crop_bp(dataset), str(dataset.path)))
    target_table(dataset, out / TARGETS)
    n_records = {split: int((windows["split"] == split).sum()) for split in SPLITS}
    counts = {
        "records": n_records,
        "files": len(masked),
        "tracks": dataset.n_tracks,
        "nan_values": sum(masked.values()),
        "has_coordinates": is_known,
    }
    inputs = {"dataset": dataset.path}
    write_json(out / RUN_RECORD, make_record("export", config=identity, counts=counts, inputs=inputs))
    write_json(out / STATISTICS, set_statistics(dataset, n_records, identity["sequence"] == INDEX))
    return counts
