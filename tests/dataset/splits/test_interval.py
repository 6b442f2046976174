"""Stretches of chromosomes as splits."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.splits.interval import IntervalSplit, split_by_interval

SIZES = {"chr10": 5000, "chr2": 3000, "chr1": 4000}


def rows(**keys) -> list[tuple]:
    regions = split_by_interval(IntervalSplit(**keys), SplitInputs(SIZES)).regions
    return [tuple(row)[:4] for row in regions.itertuples(index=False)]


def test_split_by_interval__intervals_are_1_based_inclusive() -> None:
    assert rows(valid=["chr2:1-1,000"], test=["chr1:2,001-4,000"]) == [
        ("chr10", 0, 5000, "train"),
        ("chr2", 0, 1000, "valid"),
        ("chr2", 1000, 3000, "train"),
        ("chr1", 0, 2000, "train"),
        ("chr1", 2000, 4000, "test"),
    ]


def test_split_by_interval__touching_regions_of_one_split_are_one() -> None:
    assert ("chr2", 0, 1500, "valid") in rows(valid=["chr2:1-1000", "chr2:1001-1500"])


def test_split_by_interval__bed_file(tmp_path: Path) -> None:
    (tmp_path / "valid.bed").write_text("chr2\t0\t1000\n")
    spec = str(tmp_path / "valid.bed")
    assert ("chr2", 0, 1000, "valid") in rows(valid=spec)
    assert IntervalSplit(valid=spec, test=["chr1"]).input_files() == {"valid": spec}


def test_split_by_interval__shared_base_is_named() -> None:
    with pytest.raises(DataError) as caught:
        rows(valid=["chr2:1-1000"], test=["chr2:1000-1200"])
    assert caught.value.code == "E401"
    assert "split.test chr2:1000-1200: shares bases with split.valid chr2:1-1000" in str(caught.value)
