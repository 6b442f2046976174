"""Split regions."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.dataset.config import SplitConfig
from senformer.dataset.folds import split_regions

SIZES = {"chr10": 5000, "chr2": 3000, "chr1": 4000}


def rows(config: SplitConfig) -> list[tuple]:
    return [tuple(row) for row in split_regions(config, SIZES).itertuples(index=False)]


def test_split_regions__rest_is_train_in_genome_order() -> None:
    assert rows(SplitConfig(valid=["chr2"], test=["chr1"])) == [
        ("chr10", 0, 5000, "train"),
        ("chr2", 0, 3000, "valid"),
        ("chr1", 0, 4000, "test"),
    ]


def test_split_regions__named_train_leaves_the_rest_out() -> None:
    found = rows(SplitConfig(valid=["chr2"], test=[], train=["chr1"]))
    assert found == [("chr2", 0, 3000, "valid"), ("chr1", 0, 4000, "train")]


def test_split_regions__alias_of_a_chromosome() -> None:
    assert ("chr2", 0, 3000, "valid") in rows(SplitConfig(valid=["2"]))


def test_split_regions__intervals_are_1_based_inclusive() -> None:
    found = rows(SplitConfig(by="interval", valid=["chr2:1-1,000"], test=["chr1:2,001-4,000"]))
    assert found == [
        ("chr10", 0, 5000, "train"),
        ("chr2", 0, 1000, "valid"),
        ("chr2", 1000, 3000, "train"),
        ("chr1", 0, 2000, "train"),
        ("chr1", 2000, 4000, "test"),
    ]


def test_split_regions__touching_regions_of_one_split_are_one() -> None:
    found = rows(SplitConfig(by="interval", valid=["chr2:1-1000", "chr2:1001-1500"]))
    assert ("chr2", 0, 1500, "valid") in found


def test_split_regions__bed_file(tmp_path: Path) -> None:
    (tmp_path / "valid.bed").write_text("chr2\t0\t1000\n")
    assert ("chr2", 0, 1000, "valid") in rows(SplitConfig(by="interval", valid=str(tmp_path / "valid.bed")))


def test_split_regions__shared_base_is_named() -> None:
    with pytest.raises(DataError) as caught:
        rows(SplitConfig(by="interval", valid=["chr2:1-1000"], test=["chr2:1000-1200"]))
    assert caught.value.code == "E401"
    assert "split.test chr2:1000-1200: shares bases with split.valid chr2:1-1000" in str(caught.value)


def test_split_regions__same_chromosome_twice() -> None:
    with pytest.raises(DataError, match=r"shares bases with split\.test chr2:1-3000"):
        rows(SplitConfig(valid=["chr2"], test=["chr2"]))


def test_split_regions__unknown_chromosome() -> None:
    with pytest.raises(DataError, match=r"split\.valid.*chr3"):
        rows(SplitConfig(valid=["chr3"]))
