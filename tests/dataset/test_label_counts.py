"""Positives of windows against looking at every window alone."""

import numpy as np
import pandas as pd
import pytest
from tests.oracles.labels import window_labels

from senformer.dataset import label_counts
from senformer.dataset.label_counts import has_positive, label_report

WINDOWS = pd.DataFrame(
    [("chrB", 0), ("chrA", 64), ("chrA", 0), ("chrA", 32), ("chrB", 160)], columns=["chrom", "start"]
).assign(end=lambda rows: rows["start"] + 96)


def targets() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    found = {
        chrom: (rng.random((n, 3)) < 0.2).astype(np.float32) for chrom, n in (("chrA", 10), ("chrB", 16))
    }
    found["chrA"][4, 1] = np.nan
    found["chrB"][:, 2] = np.nan
    found["chrB"][1:5, :2] = 0
    return found


@pytest.mark.parametrize("rows", [1 << 14, 3])
def test_counts__as_window_by_window(monkeypatch, rows: int) -> None:
    monkeypatch.setattr(label_counts, "_ROWS", rows)
    known = targets()
    labels = window_labels(known, WINDOWS, 16, 1)
    found = has_positive(WINDOWS, lambda chrom, lo, hi: known[chrom][lo:hi], 16, 1)
    assert found.tolist() == [bool((part == 1).any()) for part in labels]
    assert 0 < found.sum() < len(found)
    report = label_report(WINDOWS, lambda chrom, lo, hi: known[chrom][lo:hi], 16, 1, 3)
    every = np.concatenate(labels)
    assert report["n"] == (~np.isnan(every)).sum(axis=0).tolist()
    assert report["n_positive"] == (every == 1).sum(axis=0).tolist()
    np.testing.assert_allclose(report["positive_fraction"], np.nanmean(every, axis=0))


def test_label_report__no_window() -> None:
    report = label_report(WINDOWS.iloc[:0], lambda chrom, lo, hi: np.empty((0, 2)), 16, 1, 2)
    assert report == {"n_windows": 0, "n": [0, 0], "n_positive": [0, 0], "positive_fraction": [None, None]}


def test_label_report__shuffled_windows_have_no_positive() -> None:
    known = targets()
    shuffled = np.array([False, True, True, False, False])

    def read(chrom: str, lo: int, hi: int) -> np.ndarray:
        return known[chrom][lo:hi]

    report = label_report(WINDOWS, read, 16, 1, 3, shuffled)
    labels = window_labels(known, WINDOWS, 16, 1)
    made = [
        np.where(np.isnan(part), np.nan, part * (not one)) for part, one in zip(labels, shuffled, strict=True)
    ]
    every = np.concatenate(made)
    assert report["n"] == (~np.isnan(every)).sum(axis=0).tolist()
    assert report["n_positive"] == (every == 1).sum(axis=0).tolist()
    assert report["n_positive"] != label_report(WINDOWS, read, 16, 1, 3)["n_positive"]
