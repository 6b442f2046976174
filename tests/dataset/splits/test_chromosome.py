"""Whole chromosomes as splits."""

import pytest

from senformer.core.errors import DataError
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.splits.chromosome import ChromosomeSplit, split_by_chromosome

SIZES = {"chr10": 5000, "chr2": 3000, "chr1": 4000}


def rows(**keys) -> list[tuple]:
    regions = split_by_chromosome(ChromosomeSplit(**keys), SplitInputs(SIZES)).regions
    assert regions["fold"].isna().all()
    return [tuple(row)[:4] for row in regions.itertuples(index=False)]


def test_split_by_chromosome__rest_is_train_in_genome_order() -> None:
    assert rows(valid=["chr2"], test=["chr1"]) == [
        ("chr10", 0, 5000, "train"),
        ("chr2", 0, 3000, "valid"),
        ("chr1", 0, 4000, "test"),
    ]


def test_split_by_chromosome__named_train_leaves_the_rest_out() -> None:
    found = rows(valid=["chr2"], test=[], train=["chr1"])
    assert found == [("chr2", 0, 3000, "valid"), ("chr1", 0, 4000, "train")]


def test_split_by_chromosome__alias_of_a_chromosome() -> None:
    assert ("chr2", 0, 3000, "valid") in rows(valid=["2"])


def test_split_by_chromosome__same_chromosome_twice() -> None:
    with pytest.raises(DataError, match=r"shares bases with split\.test chr2:1-3000"):
        rows(valid=["chr2"], test=["chr2"])


def test_split_by_chromosome__unknown_chromosome() -> None:
    with pytest.raises(DataError, match=r"split\.valid.*chr3"):
        rows(valid=["chr3"])
