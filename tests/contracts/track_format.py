"""What every reader of measured signal holds, whatever the format."""

import math
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from senformer.core.errors import DataError, MissingInputError
from senformer.tracks.reader import TrackReader
from senformer.tracks.runs import RunReader, join_runs

# Three chromosomes; the middle one holds no value. (start, end, value), NaN = stored as not measured.
TOY_SIZES = {"chr1": 50, "chr2": 7, "chr3": 23}
TOY_ENTRIES = {
    "chr1": [(0, 3, 1.5), (3, 4, -2.0), (10, 12, math.nan), (20, 21, 0.0), (47, 50, 4.25)],
    "chr3": [(22, 23, 7.0)],
}

Opener = Callable[[Path], TrackReader]


Entries = dict[str, list[tuple[int, int, float]]]


def toy_values(chrom: str, uncovered: float, entries: Entries = TOY_ENTRIES) -> np.ndarray:
    """Return the toy signal at every base."""
    values = np.full(TOY_SIZES[chrom], uncovered, dtype=np.float32)
    for start, end, value in entries.get(chrom, []):
        values[start:end] = value
    return values


def check_track_format(open_reader: Opener, path: Path, entries: Entries = TOY_ENTRIES) -> None:
    """Run the whole contract on the toy signal, which the format's test wrote to ``path``.

    A format that cannot hold it (peaks of one value, counts) gives what it holds as ``entries``.
    """
    reader = open_reader(path)
    assert isinstance(reader, TrackReader)
    assert reader.path == path
    assert reader.chrom_sizes == TOY_SIZES
    check_every_window(reader, entries)
    check_scan(reader, entries)
    check_outside(reader)
    check_pickled(reader, entries)
    check_forked(reader, entries)
    check_threads(reader, entries)
    check_runs(reader)
    check_changed(reader)


def check_every_window(reader: TrackReader, entries: Entries) -> None:
    """Every window of every chromosome holds the toy signal, whatever an uncovered base is."""
    for chrom, size in TOY_SIZES.items():
        for uncovered in (math.nan, 0.0, -1.0):
            expected = toy_values(chrom, uncovered, entries)
            for start in range(size):
                for end in range(start + 1, size + 1, 3):
                    found = reader.values(chrom, start, end, uncovered=uncovered)
                    assert found.dtype == np.float32
                    np.testing.assert_array_equal(found, expected[start:end])


def check_scan(reader: TrackReader, entries: Entries) -> None:
    """The scan counts covered bases, stored NaNs among them, and shows them in the sum."""
    found = reader.scan()
    assert list(found) == list(TOY_SIZES)
    for chrom, totals in found.items():
        rows = entries.get(chrom, [])
        assert totals.n_covered_bp == sum(end - start for start, end, _ in rows)
        expected = sum((end - start) * value for start, end, value in rows)
        assert totals.total == pytest.approx(expected, nan_ok=True)


def check_outside(reader: TrackReader) -> None:
    """Past both ends, an empty interval and an unlisted chromosome are errors that name file and place."""
    for start, end in ((-1, 5), (45, 51), (5, 5), (6, 5), (50, 60)):
        with pytest.raises(DataError) as caught:
            reader.values("chr1", start, end)
        assert caught.value.code == "E325"
        assert f"{reader.path} chr1:{start}-{end} (0-based)" in str(caught.value)
        assert "50 bp" in str(caught.value)
    with pytest.raises(DataError) as caught:
        reader.values("chrX", 0, 5)
    assert caught.value.code == "E324"
    assert "'chrX'" in str(caught.value)
    assert "chr1, chr2, chr3" in str(caught.value)


def check_pickled(reader: TrackReader, entries: Entries) -> None:
    """A copy that went through pickle reads the same."""
    copy = pickle.loads(pickle.dumps(reader))
    np.testing.assert_array_equal(copy.values("chr1", 0, 50), toy_values("chr1", math.nan, entries))


def check_forked(reader: TrackReader, entries: Entries) -> None:
    """Children forked from a process that has read get right values, all of them at once."""
    expected = {chrom: toy_values(chrom, 0.0, entries) for chrom in TOY_SIZES}
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            right = all(
                np.array_equal(reader.values(chrom, 0, size, uncovered=0.0), expected[chrom], equal_nan=True)
                for _ in range(40)
                for chrom, size in TOY_SIZES.items()
            )
            os._exit(0 if right else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]


def check_threads(reader: TrackReader, entries: Entries) -> None:
    """Threads that read at once get right values."""
    wrong: list[object] = []
    expected = toy_values("chr3", 0.0, entries)

    def work() -> None:
        for _ in range(40):
            try:
                if not np.array_equal(reader.values("chr3", 0, 23, uncovered=0.0), expected):
                    wrong.append("other values")
            except Exception as fault:  # noqa: BLE001 - reported below
                wrong.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def check_runs(reader: TrackReader) -> None:
    """Where a reader gives runs, they hold every base that it covers, once, cut to the window."""
    if not isinstance(reader, RunReader):
        return
    reader.check()
    for chrom, size in TOY_SIZES.items():
        for start in range(0, size, 3):
            end = min(start + 11, size)
            runs = join_runs(reader.parts(chrom, start, end))
            assert (runs.starts.dtype, runs.ends.dtype, runs.values.dtype) == (np.int32, np.int32, np.float32)
            assert (runs.starts[1:] >= runs.ends[:-1]).all()
            found = np.full(end - start, -1, dtype=np.float32)
            for low, high, value in zip(*runs, strict=True):
                assert start <= low < high <= end
                found[low - start : high - start] = value
            np.testing.assert_array_equal(found, reader.values(chrom, start, end, uncovered=-1.0))


def check_changed(reader: TrackReader) -> None:
    """A file that changes underneath is refused, and one that is gone; the last check, for it changes it."""
    now = reader.path.stat()
    os.utime(reader.path, ns=(now.st_atime_ns, now.st_mtime_ns + 1_000_000_000))
    with pytest.raises(DataError, match="changed or replaced") as caught:
        reader.values("chr1", 0, 5)
    assert caught.value.code == "E328"
    reader.path.unlink()
    with pytest.raises(MissingInputError) as gone:
        reader.values("chr1", 0, 5)
    assert gone.value.code == "E320"
