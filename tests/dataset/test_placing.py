"""Windows around given places."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dataset.toy import Toy

from senformer.core.errors import DataError
from senformer.dataset import build, eval_windows, open_dataset
from senformer.dataset.placing import COLUMNS, place_windows
from senformer.dataset.plan import make_plan

REGIONS = pd.DataFrame(
    [("c", 0, 200, "train", "fold1"), ("c", 200, 400, "test", "fold0"), ("c", 500, 600, "train", "fold1")],
    columns=["chrom", "start", "end", "split", "fold"],
)
SIZES = {"c": 600, "d": 90}


def centers(*places: tuple) -> pd.DataFrame:
    return pd.DataFrame(
        [(*place, None, None) for place in places], columns=["chrom", "center", "strand", "name"]
    )


def test_place_windows__one_reason_each() -> None:
    places = centers(("c", 10), ("c", 100), ("c", 103), ("c", 190), ("c", 300), ("c", 450), ("d", 45))
    found, dropped = place_windows(places, REGIONS, SIZES, 40, 10)
    assert list(found.columns) == COLUMNS
    # 100 - 20 = 80; 103 - 20 = 83 is nearest to 80, too; 190 - 20 = 170 would end at 210
    assert found[["start", "end", "split", "fold", "center"]].to_numpy().tolist() == [
        [80, 120, "train", "fold1", 100],
        [280, 320, "test", "fold0", 300],
    ]
    assert dropped == {"leaves_chromosome": 1, "in_no_split": 2, "leaves_region": 1, "same_window": 1}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 599), min_size=1, max_size=30),
    st.sampled_from([30, 40, 70]),
    st.sampled_from([1, 5, 10]),
)
def test_place_windows__inside_one_region_near_the_center(places: list, window_bp: int, bin_bp: int) -> None:
    table = centers(*(("c", place) for place in sorted(places)))
    found, dropped = place_windows(table, REGIONS, SIZES, window_bp, bin_bp)
    assert len(found) + sum(dropped.values()) == len(places)
    owner = np.full(600, -1)
    for place, region in enumerate(REGIONS.itertuples()):
        owner[region.start : region.end] = place
    for row in found.itertuples():
        assert row.start % bin_bp == 0
        assert abs(row.start + window_bp // 2 - row.center) <= bin_bp / 2
        assert len(set(owner[row.start : row.end])) == 1
        assert REGIONS["split"][owner[row.start]] == row.split
    assert not found.duplicated(["chrom", "start"]).any()


def test_build__windows_around_peaks(toy: Toy, tmp_path: Path) -> None:
    lines = [
        f"{c}\t{s}\t{s + 50}\t{n}\t0\t+\n"
        for c, s, n in (("chrA", 400, "p"), ("chrA", 10, "q"), ("chrB", 805, "r"), ("chrC", 1100, "s"))
    ]
    (tmp_path / "x.bed").write_text("".join(lines))
    counts = build(toy.config(regions={"bed": str(tmp_path / "x.bed")}), tmp_path / "out")
    assert counts["windows"] == {"train": 1, "valid": 1, "test": 1}
    assert counts["dropped_windows"]["leaves_chromosome"] == 1
    assert counts["regions"]["centers"] == 4
    store = open_dataset(tmp_path / "out")
    assert store.windows[["chrom", "center", "name", "strand"]].to_numpy().tolist() == [
        ["chrA", 425, "p", "+"],
        ["chrB", 830, "r", "+"],
        ["chrC", 1125, "s", "+"],
    ]
    # another length: around the same places
    other = eval_windows(store, "valid", 160, 1)
    assert other[["start", "end", "center"]].to_numpy().tolist() == [[752, 912, 830]]


def places_of(path: Path, *places: tuple[str, int]) -> dict[str, str]:
    """Write intervals of 50 bp around places; return the ``regions`` section."""
    path.write_text("".join(f"{c}\t{middle - 25}\t{middle + 25}\n" for c, middle in places))
    return {"bed": str(path)}


def test_place__a_split_without_a_place_is_refused(toy: Toy, tmp_path: Path) -> None:
    section = places_of(tmp_path / "x.bed", ("chrA", 425), ("chrA", 430), ("chrA", 30), ("chrB", 900))
    split = {"by": "chromosome", "train": ["chrA"], "valid": ["chrC"]}
    with pytest.raises(DataError) as caught:
        make_plan(toy.config(regions=section, split=split, include=["chrA", "chrC"]))
    assert str(caught.value) == (
        f"split 'valid': has no window of 320 bp: none of the 3 places of {section['bed']} lies in it "
        "(in train 1, leaves_chromosome 1, same_window 1, other_chromosome 1). "
        "Give the split a part of the genome that has places."
    )


def test_place__a_split_whose_places_are_all_dropped_is_refused(toy: Toy, tmp_path: Path) -> None:
    section = places_of(tmp_path / "x.bed", ("chrA", 425), ("chrB", 900), ("chrB", 1190), ("chrC", 2450))
    split = {"by": "interval", "valid": ["chrB:1001-1200"], "test": ["chrC"]}
    with pytest.raises(DataError) as caught:
        make_plan(toy.config(regions=section, split=split))
    assert str(caught.value) == (
        "split 'valid': has no window of 320 bp: of the 1 place in it none is kept (leaves_region 1). "
        "Choose a shorter window, or larger regions for this split."
    )
    assert caught.value.code == "E403"
    split["valid"] = ["chrB"]
    with pytest.raises(DataError, match=r"split 'test'.*1 place in it.*leaves_chromosome 1\)\. .*edges: pad"):
        make_plan(toy.config(regions=section, split=split))
