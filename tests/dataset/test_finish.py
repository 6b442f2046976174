"""What a finished build says of itself."""

import json
from pathlib import Path

import pytest
from tests.dataset.toy import Toy

from senformer.core.errors import DataError
from senformer.dataset import build, layout, open_dataset
from senformer.dataset.windows import REASONS
from senformer.tracks.table import read_track_table

NONE_DROPPED = dict.fromkeys(REASONS, 0)


def test_finish__counts_add_up(toy: Toy, store_path: Path) -> None:
    counts = json.loads((store_path / "statistics.json").read_text())["counts"]
    assert counts["n_tracks"] == 5
    assert counts["n_chromosomes"] == 3
    # (4003 - 320) // 224 + 1 = 17, (3300 - 320) // 224 + 1 = 14, (2500 - 320) // 224 + 1 = 10 are cut
    assert counts["windows"] == {"train": 15, "valid": 14, "test": 10}
    assert counts["dropped_windows"] == {**NONE_DROPPED, "unknown_bases": 2}
    assert counts["nan_bases"] == 200
    assert (counts["filled_bases"], counts["float16_clipped_bins"]) == (0, 0)
    assert counts["missing_chromosomes"] == 1
    assert counts["left_out"] == {"not_included": [], "short_contigs": [], "in_no_split": []}


def test_finish__run_record_has_inputs_config_and_counts(toy: Toy, store_path: Path) -> None:
    record = json.loads((store_path / "run.json").read_text())
    assert record["command"] == "build"
    assert record["config"]["genome"] == str(toy.genome)
    assert record["inputs"]["genome"]["path"] == str(toy.genome)
    assert record["inputs"]["track chip"]["bytes"] == (toy.folder / "chip.bw").stat().st_size
    assert record["counts"]["windows"]["test"] == 10


def test_finish__track_table_holds_the_scaling(toy: Toy, tmp_path: Path) -> None:
    build(toy.config(assays={"CAGE": {"clip": 384, "scale": 0.5, "sqrt": True}}), tmp_path / "d")
    lines = (tmp_path / "d" / layout.TRACK_TABLE).read_text().splitlines()
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"), strict=True)) for line in lines[1:]]
    assert [row["name"] for row in rows] == [t.name for t in read_track_table(toy.table)]
    assert [float(row["scale"]) for row in rows] == [2, 0.5, 0.5, 1, 1]
    assert [row["sum_stat"] for row in rows] == ["sum", "sum_sqrt", "sum_sqrt", "mean", "max"]


def test_finish__split_of_unknown_bases_only(toy: Toy, tmp_path: Path) -> None:
    split = {"by": "interval", "valid": ["chrA:1001-1500"], "test": ["chrC"]}
    with pytest.raises(DataError) as caught:
        build(toy.config(split=split, crop_bins=0), tmp_path / "d")
    assert caught.value.code == "E403"
    assert "split 'valid': has no window of 320 bp: all were dropped (unknown_bases 1)" in str(caught.value)
    assert not (tmp_path / "d").exists()


def test_finish__wholly_excluded_windows_are_counted(toy: Toy, tmp_path: Path) -> None:
    counts = build(toy.config(exclude=["chrB:1-600"]), tmp_path / "d")
    # targets of chrB are 48-272, 272-496, 496-720: the first two lie in the excluded 0-600
    assert counts["dropped_windows"] == {**NONE_DROPPED, "unknown_bases": 2, "excluded": 2}
    assert counts["windows"]["valid"] == 12


def test_finish__unmappable_windows_are_counted_and_left_out_of_any_cut(toy: Toy, tmp_path: Path) -> None:
    counts = build(toy.config(unmappable=["chrB:1-600"], umap_clip=0.25), tmp_path / "d")
    # targets of chrB are 48-272, 272-496, 496-720: of the third's 14 bins 7 are unmappable, no more than half
    assert counts["dropped_windows"] == {**NONE_DROPPED, "unknown_bases": 2, "unmappable": 2}
    assert counts["windows"]["valid"] == 12
    assert counts["unmappable_clipped_bins"] > 0
    store = open_dataset(tmp_path / "d")
    assert store.unmappable.to_numpy().tolist() == [["chrB", 0, 600]]
    assert store.cut_windows(320, 3, split="valid")["start"].tolist() == list(range(448, 2913, 224))
    assert store.cut_windows(160, 0, split="valid")["start"].min() == 640
