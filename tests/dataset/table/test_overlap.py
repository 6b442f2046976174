"""Windows that overlap, against a comparison of all pairs."""

import numpy as np
import pytest
from tests.oracles.table import overlapping_rows

from senformer.dataset.table.overlap import RowWindows, find_overlaps, group_windows, without_overlaps

RNG = np.random.default_rng(5)
CHROMS = RNG.choice(["chr1", "chr2", "chr10"], 150).tolist()
STARTS = RNG.integers(-20, 3000, 150)
ENDS = STARTS + RNG.integers(1, 60, 150)
CODES = RNG.integers(-1, 3, 150).astype(np.int8)
PAIRS = overlapping_rows(CHROMS, STARTS.tolist(), ENDS.tolist())


@pytest.fixture
def windows() -> RowWindows:
    found = RowWindows()
    for lo, hi in ((0, 61), (61, 150)):
        found.add(CHROMS[lo:hi], STARTS[lo:hi], ENDS[lo:hi])
    return found


def test_find_overlaps__equals_all_pairs(windows: RowWindows) -> None:
    found = find_overlaps(windows, CODES)
    across = [(a, b) for a, b in PAIRS if CODES[a] != CODES[b] and min(CODES[a], CODES[b]) >= 0]
    assert found.rows.tolist() == sorted({row for pair in across for row in pair})
    names = ["train", "valid", "test"]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        rows = {row for pair in across if {CODES[pair[0]], CODES[pair[1]]} == {one, other} for row in pair}
        assert found.by_splits[f"{names[one]}+{names[other]}"] == len(rows) > 0
    assert tuple(sorted(found.pair)) in across
    assert found.pair[0] == found.rows[0]


def test_without_overlaps__leaves_none_and_all_of_the_last(windows: RowWindows) -> None:
    kept = without_overlaps(windows, CODES)
    assert find_overlaps(windows, kept).pair is None
    np.testing.assert_array_equal(kept == 2, CODES == 2)
    for row in np.flatnonzero((kept == -1) & (CODES >= 0)):
        others = [b if a == row else a for a, b in PAIRS if row in (a, b)]
        assert any(kept[other] > CODES[row] for other in others)


def test_group_windows__are_the_components_of_all_pairs(windows: RowWindows) -> None:
    groups = list(range(150))
    for _ in range(150):
        for a, b in PAIRS:
            groups[a] = groups[b] = min(groups[a], groups[b])
    found = group_windows(windows)
    assert {frozenset(np.flatnonzero(found == g).tolist()) for g in found} == {
        frozenset(row for row in range(150) if groups[row] == g) for g in groups
    }


def test_overlaps__touching_windows_share_nothing() -> None:
    found = RowWindows()
    found.add(["chr1", "chr1", "chr2"], np.array([0, 10, 5]), np.array([10, 20, 15]))
    assert find_overlaps(found, np.array([0, 2, 1], dtype=np.int8)).pair is None
    assert len(set(group_windows(found).tolist())) == 3
    assert found.name(1) == "chr1:11-20"


def test_row_windows__two_names_of_a_chromosome_are_one_unless_a_genome_has_both() -> None:
    for is_of_genome, n_groups in ((False, 2), (True, 3)):
        found = RowWindows(is_of_genome=is_of_genome)
        found.add(["chr1", "chr2"], np.array([0, 0]), np.array([10, 10]))
        found.add(["1"], np.array([5]), np.array([9]))
        assert len(set(group_windows(found).tolist())) == n_groups
        names = ["1:1-10", "chr2:1-10", "1:6-9"] if n_groups == 2 else ["chr1:1-10", "chr2:1-10", "1:6-9"]
        assert [found.name(row) for row in range(3)] == names
