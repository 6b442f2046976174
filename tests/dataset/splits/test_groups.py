"""Regions in groups that must not share a base."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senformer.core.errors import DataError
from senformer.dataset.splits.groups import disjoint


def table(rows: list) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["chrom", "start", "end", "group"])
    frame = frame.astype({"chrom": "str", "start": "int64", "end": "int64", "group": "str"})
    return frame.assign(line=np.arange(1, len(rows) + 1))


def test_disjoint__overlaps_within_a_group_are_merged() -> None:
    found, dropped = disjoint(table([("c", 0, 10, "x"), ("c", 5, 20, "x"), ("c", 20, 30, "y")]), "f", False)
    assert found.to_numpy().tolist() == [["c", 0, 20, "x"], ["c", 20, 30, "y"]]
    assert dropped == 0


def test_disjoint__both_lines_of_an_overlap_are_named() -> None:
    rows = table([("c", 50, 60, "x"), ("c", 0, 10, "x"), ("d", 4, 6, "y"), ("c", 9, 20, "y")])
    with pytest.raises(DataError, match=r"f lines 2 and 4: c:10-10 is in both x and y\. Mend the file, or"):
        disjoint(rows, "f", False)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from("cd"), st.integers(0, 40), st.integers(1, 20), st.sampled_from("xyz")))
)
def test_disjoint__dropped_bases_are_those_of_two_groups(drawn: list) -> None:
    rows = [(chrom, start, start + width, group) for chrom, start, width, group in drawn]
    depth = {(chrom, group): np.zeros(60, dtype=bool) for chrom in "cd" for group in "xyz"}
    for chrom, start, end, group in rows:
        depth[chrom, group][start:end] = True
    n_groups = {chrom: sum(depth[chrom, group].astype(int) for group in "xyz") for chrom in "cd"}
    found, dropped = disjoint(table(rows), "f", True)
    assert dropped == sum(int((n > 1).sum()) for n in n_groups.values())
    kept = {key: np.zeros(60, dtype=bool) for key in depth}
    for row in found.itertuples(index=False):
        assert not kept[row.chrom, row.group][row.start : row.end].any()
        kept[row.chrom, row.group][row.start : row.end] = True
    for (chrom, group), covered in depth.items():
        assert (kept[chrom, group] == (covered & (n_groups[chrom] == 1))).all()
