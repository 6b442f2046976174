"""What every reader of measured signal holds, whatever the format."""

import math
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from senformer.core.errors import DataError
from senformer.tracks.reader import TrackReader

# Three chromosomes; the middle one holds no value. (start, end, value), NaN = stored as not measured.
TOY_SIZES = {"chr1": 50, "chr2": 7, "chr3": 23}
TOY_ENTRIES = {
    "chr1": [(0, 3, 1.5), (3, 4, -2.0), (10, 12, math.nan), (20, 21, 0.0), (47, 50, 4.25)],
    "chr3": [(22, 23, 7.0)],
}

Opener = Callable[[Path], TrackReader]


def toy_values(chrom: str, uncovered: float) -> np.ndarray:
    """Return the toy signal at every base."""
    values = np.full(TOY_SIZES[chrom], uncovered, dtype=np.float32)
    for start, end, value in TOY_ENTRIES.get(chrom, []):
        values[start:end] = value
    return values


def check_track_format(open_reader: Opener, path: Path) -> None:
    """Run the whole contract on the toy signal, which the format's test wrote to ``path``."""
    reader = open_reader(path)
    assert isinstance(reader, TrackReader)
    assert reader.path == path
    assert reader.chrom_sizes == TOY_SIZES
    check_every_window(reader)
    check_scan(reader)
    check_outside(reader)
    check_pickled(reader)
    check_forked(reader)
    check_threads(reader)


def check_every_window(reader: TrackReader) -> None:
    """Every window of every chromosome holds the toy signal, whatever an uncovered base is."""
    for chrom, size in TOY_SIZES.items():
        for uncovered in (math.nan, 0.0, -1.0):
            expected = toy_values(chrom, uncovered)
            for start in range(size):
                for end in range(start + 1, size + 1, 3):
                    found = reader.values(chrom, start, end, uncovered=uncovered)
                    assert found.dtype == np.float32
                    np.testing.assert_array_equal(found, expected[start:end])


def check_scan(reader: TrackReader) -> None:
    """The scan counts covered bases, stored NaNs among them, and shows them in the sum."""
    found = reader.scan()
    assert {chrom: totals.n_covered_bp for chrom, totals in found.items()} == {
        "chr1": 10,  # 3 + 1 + 2 + 1 + 3
        "chr2": 0,
        "chr3": 1,
    }
    assert math.isnan(found["chr1"].total)
    assert found["chr2"].total == 0
    assert found["chr3"].total == 7


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


def check_pickled(reader: TrackReader) -> None:
    """A copy that went through pickle reads the same."""
    copy = pickle.loads(pickle.dumps(reader))
    np.testing.assert_array_equal(copy.values("chr1", 0, 50), toy_values("chr1", math.nan))


def check_forked(reader: TrackReader) -> None:
    """Children forked from a process that has read get right values, all of them at once."""
    expected = {chrom: toy_values(chrom, 0.0) for chrom in TOY_SIZES}
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


def check_threads(reader: TrackReader) -> None:
    """Threads that read at once get right values."""
    wrong: list[object] = []

    def work() -> None:
        for _ in range(40):
            try:
                if not np.array_equal(reader.values("chr3", 0, 23, uncovered=0.0), toy_values("chr3", 0.0)):
                    wrong.append("other values")
            except Exception as fault:  # noqa: BLE001 - reported below
                wrong.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
