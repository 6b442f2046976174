"""Sequences in several splits, against a plain count."""

import itertools

import numpy as np

from senformer.dataset.table.leaks import emptied_splits, find_leaks, without_leaks

RNG = np.random.default_rng(7)
KEYS = RNG.integers(-20, 20, 90)
CODES = RNG.integers(-1, 3, 90).astype(np.int8)


def splits_of(key: int) -> set[int]:
    return {int(code) for code in CODES[key == KEYS] if code >= 0}


def test_find_leaks__equals_a_plain_count() -> None:
    found = find_leaks(KEYS, CODES)
    rows = [row for row in range(90) if CODES[row] >= 0 and len(splits_of(KEYS[row])) > 1]
    assert found.rows.tolist() == rows
    names = ["train", "valid", "test"]
    known = {
        f"{names[a]}+{names[b]}": sum({a, b} <= splits_of(key) for key in set(KEYS.tolist()))
        for a, b in itertools.combinations(range(3), 2)
    }
    assert found.by_splits == known
    first, other = found.pair
    assert first == rows[0]
    assert KEYS[first] == KEYS[other]
    assert CODES[first] != CODES[other]


def test_find_leaks__none() -> None:
    found = find_leaks(np.array([1, 1, 2]), np.array([0, 0, 1], dtype=np.int8))
    assert (len(found.rows), found.pair, sum(found.by_splits.values())) == (0, None, 0)
    assert find_leaks(np.array([1, 1]), np.array([-1, 0], dtype=np.int8)).pair is None


def test_without_leaks__keeps_the_most_held_out() -> None:
    kept = without_leaks(KEYS, CODES)
    for row in range(90):
        splits = splits_of(KEYS[row])
        is_kept = CODES[row] >= 0 and CODES[row] == max(splits)
        assert kept[row] == (CODES[row] if is_kept else -1)
    assert find_leaks(KEYS, kept).pair is None


def test_emptied_splits__those_that_lost_their_last_row() -> None:
    before = np.array([0, 1, 1, 2, -1], dtype=np.int8)
    assert list(emptied_splits(before, before)) == []
    assert list(emptied_splits(before, np.array([0, -1, 1, 2, -1], dtype=np.int8))) == []
    after = np.array([0, -1, -1, -1, -1], dtype=np.int8)
    found = [(finding.severity, finding.where, finding.found) for finding in emptied_splits(before, after)]
    assert found == [
        ("warning", "split 'valid'", "has no row left: leaks: drop left out all of its 2 rows"),
        ("warning", "split 'test'", "has no row left: leaks: drop left out all of its 1 row"),
    ]
