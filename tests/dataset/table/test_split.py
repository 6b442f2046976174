"""Splits of rows by column, group and place."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from senformer.core.config import parse
from senformer.core.errors import DataError
from senformer.dataset.table.chunk import Chunk
from senformer.dataset.table.split import ByColumn, ByGroup, ByPosition, RowSplitter, drawer, shares_of
from senformer.dataset.table.split_config import TableSplitConfig


def config(**values: object) -> TableSplitConfig:
    return parse(TableSplitConfig, values, "split")


def fed(splitter: RowSplitter, *parts: list[str]) -> RowSplitter:
    first = 2
    for texts in parts:
        lines = np.arange(first, first + len(texts))
        splitter.add(Chunk(Path("t"), {"x": pa.array(texts)}, lines))
        first += len(texts)
    return splitter


def test_by_column__usual_names() -> None:
    splitter = fed(ByColumn(config(by="column", column="x")), ["train", "val"], ["test", "training", "dev"])
    assert splitter.codes().tolist() == [0, 1, 2, 0, 1]


def test_by_column__given_names_and_dropped_rows() -> None:
    split = config(by="column", column="x", train=["0", "1"], test=["9"], drop=["5"])
    splitter = fed(ByColumn(split), ["0", "5", "9"], ["1", "5"])
    assert splitter.codes().tolist() == [0, -1, 2, 0, -1]
    assert splitter.left_out == {"dropped_by_column": 2}


def test_by_column__refuses_a_text_without_meaning_and_a_name_without_row() -> None:
    with pytest.raises(
        DataError, match=r"t line 4, column 'x': 'tset' means no split. Did you mean 'test'\?"
    ):
        fed(ByColumn(config(by="column", column="x")), ["train", "test"], ["tset"])
    with pytest.raises(DataError, match=r"column 'x': no row has 'holdout'\. Known: train\."):
        fed(ByColumn(config(by="column", column="x", test=["holdout"])), ["train"]).codes()


def test_by_group__groups_stay_together_whatever_the_chunks() -> None:
    split = config(by="group", column="x", fractions={"valid": 0.2, "test": 0.3})
    texts = [f"g{row % 40}" for row in range(200)]
    whole = fed(ByGroup(split), texts).codes()
    np.testing.assert_array_equal(fed(ByGroup(split), texts[:77], texts[77:]).codes(), whole)
    by_group = {text: {int(c) for c in whole[[t == text for t in texts]]} for text in set(texts)}
    assert all(len(codes) == 1 for codes in by_group.values())
    assert set(whole.tolist()) == {0, 1, 2}


def test_drawer__shares_and_seed() -> None:
    split = config(by="group", column="x", fractions={"test": 0.25})
    drawn = [*map(drawer(split), map(str, range(4000)))]
    assert abs(drawn.count(2) / 4000 - 0.25) < 0.03
    assert drawn.count(1) == 0
    other = config(by="group", column="x", fractions={"test": 0.25}, seed=2)
    assert drawn != [*map(drawer(other), map(str, range(4000)))]
    assert shares_of(config(by="group", column="x")) == {"valid": 0.1, "test": 0.1}


def test_drawer__train_by_share_leaves_the_rest_over() -> None:
    shares = {"train": 0.3, "valid": 0.2, "test": 0.1}
    texts = [f"g{i}" for i in range(4000)]
    splitter = fed(ByGroup(config(by="group", column="x", fractions=shares)), texts[:1234], texts[1234:])
    codes = splitter.codes()
    for code, share in {0: 0.3, 1: 0.2, 2: 0.1, -1: 0.4}.items():
        assert abs((codes == code).mean() - share) < 0.03
    assert splitter.left_out == {"left_over_by_fractions": int((codes == -1).sum())}
    # Test and valid are the same rows as where train takes all the rest.
    rest = fed(ByGroup(config(by="group", column="x", fractions={"valid": 0.2, "test": 0.1})), texts)
    every = rest.codes()
    np.testing.assert_array_equal(codes == 2, every == 2)
    np.testing.assert_array_equal(codes == 1, every == 1)
    assert rest.left_out == {}


def test_drawer__shares_that_make_one_leave_nothing_over() -> None:
    # In floating point 0.7 + 0.2 + 0.1 is 0.9999999999999999.
    split = config(by="group", column="x", fractions={"train": 0.7, "valid": 0.2, "test": 0.1})
    splitter = fed(ByGroup(split), [f"g{i}" for i in range(500)])
    assert -1 not in splitter.codes()
    assert splitter.left_out == {"left_over_by_fractions": 0}


def test_by_position__chromosomes_regions_and_edges() -> None:
    split = config(by="position", column="x", valid=["chr2"], test=["chr1:101-200"])
    # A row on the edge of a region is in no split.
    places = [
        "chr1:1-100",
        "chr1:101-200",
        "chr1:151-201",
        "chr1:91-110",
        "chr2:6-9",
        "chr3:6-9",
        "chr1:201-201",
    ]
    splitter = fed(ByPosition(split), places[:3], places[3:])
    assert splitter.codes().tolist() == [0, 2, -1, -1, 1, 0, 0]
    assert splitter.left_out == {"outside_or_across_splits": 2}


def test_by_position__two_names_of_a_chromosome_are_one() -> None:
    texts = ["chr1:1-5", "1:7-9", "NC_000001.11:3-4", "chr2:1-5", "2:1-5"]
    for test in (["chr1"], ["1"]):
        split = config(by="position", column="x", valid=["chr2:1-9"], test=test)
        assert fed(ByPosition(split), texts).codes().tolist() == [2, 2, 2, 1, 1]


def test_by_position__named_train_regions_and_unknown_chromosomes() -> None:
    split = config(by="position", column="x", train=["chr1"], test=["chr2"])
    assert fed(ByPosition(split), ["chr1:1-2", "chr2:1-2", "chr3:1-2"]).codes().tolist() == [0, 2, -1]
    for test in ("chr9", "chr9:1-5"):
        found = (
            rf"dataset.split region '{test}': no row lies on this chromosome. The rows' chromosomes are chr1"
        )
        with pytest.raises(DataError, match=found):
            fed(ByPosition(config(by="position", column="x", test=[test])), ["chr1:1-2"]).codes()
    with pytest.raises(DataError, match=r"region 'chr1:5-2': runs from 5 to 2"):
        fed(ByPosition(config(by="position", column="x", test=["chr1:5-2"])), ["chr1:1-2"]).codes()
