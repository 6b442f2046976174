"""The first look at every file: all checksums, how many records it holds, and that all are laid out alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from senformer.core.errors import DataError
from senformer.core.provenance import describe_input
from senformer.core.wording import counted
from senformer.dataset.pool import in_processes
from senformer.dataset.tfrecord.files import RecordFile
from senformer.dataset.tfrecord.framing import Place, read_records
from senformer.dataset.tfrecord.record import Layout, features_of, layout_of
from senformer.genome.files import identity


@dataclass(frozen=True)
class FileScan:
    """What one file holds.

    Attributes
    ----------
    n_records
        Records in it; 0 for an empty stream.
    layout, first
        Layout of all its records, and the place of the first one; None where there is none.
    described
        Path, size, time of change and SHA-256.
    """

    n_records: int
    layout: Layout | None
    first: Place | None
    described: dict[str, Any]


def scan_files(files: Sequence[RecordFile], seq_length: int | None, workers: int) -> dict[str, FileScan]:
    """Read every file whole, with ``workers`` processes, and return what each holds, by file name.

    Parameters
    ----------
    files
        In the order of their records.
    seq_length
        Bases of a record where ``statistics.json`` gives them.
    workers
        Processes.

    Raises
    ------
    DataError
        A damaged file, or a record that is laid out otherwise than the ones before it.
    """
    jobs = {file.name: partial(scan_file, file.path, seq_length) for file in files}
    found = dict(in_processes(jobs, workers, "TFRecord files"))
    scans = {file.name: found[file.name] for file in files}
    known = [scan for scan in scans.values() if scan.layout is not None]
    if not known:
        raise DataError(
            "E476", str(files[0].path), f"{counted(len(files), 'file')} hold no record", "Check the files."
        )
    for scan in known:
        _refuse_other(scan.layout, scan.first, known[0].layout, known[0].first)
    return scans


def scan_file(path: Path, seq_length: int | None) -> FileScan:
    """Return what one file holds."""
    before = identity(path)
    first: Place | None = None
    layout: Layout | None = None
    n_records = 0
    for place, payload in read_records(path):
        found = layout_of(features_of(payload, place), place, layout.seq_length if layout else seq_length)
        if layout is None:
            layout, first = found, place
        _refuse_other(found, place, layout, first)
        n_records += 1
    return FileScan(
        n_records, layout, first, describe_input(path) | {"modified_ns": before and before.mtime_ns}
    )


def _refuse_other(
    found: Layout | None, place: Place | None, layout: Layout | None, first: Place | None
) -> None:
    """Refuse a record that is laid out otherwise than the first."""
    if found != layout and found is not None and layout is not None:
        names = ("sequence", "seq_length", "dtype", "n_values")
        name = next(name for name in names if getattr(found, name) != getattr(layout, name))
        code = "E474" if name in names[:2] else "E475"
        raise DataError(
            code,
            str(place),
            f"its {name} is {getattr(found, name)!r}, that of {first} is {getattr(layout, name)!r}",
            "All records of a set are laid out alike; import other ones as a set of their own.",
        )


def check_counts(
    files: Sequence[RecordFile],
    scans: Mapping[str, FileScan],
    stated: Mapping[str, int],
    where: Path,
) -> dict[str, int]:
    """Return the records of every label, held against what a file beside them states.

    Parameters
    ----------
    files, scans
        The files and what they hold.
    stated
        Records of every label, as ``where`` says; empty where it says nothing.
    where
        The file that states them.

    Raises
    ------
    DataError
        A label has more or fewer records than stated.
    """
    found: dict[str, int] = {}
    for file in files:
        found[file.label] = found.get(file.label, 0) + scans[file.name].n_records
    for label in sorted({*found, *stated}) if stated else ():
        if found.get(label, 0) != stated.get(label, 0):
            raise DataError(
                "E476",
                str(where),
                f"states {counted(stated.get(label, 0), 'record')} of {label!r}, "
                f"the files hold {found.get(label, 0):,}",
                "A file is missing or cut short, or the two do not belong together.",
            )
    return found
