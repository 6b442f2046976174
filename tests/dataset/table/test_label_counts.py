"""Labels among values: what counts as one, and the counts by split over all blocks."""

from pathlib import Path

import numpy as np
from tests.dataset.table.toy import toy_config, toy_rows, write_table

from senformer.dataset import TableDataset, build_dataset, open_dataset
from senformer.dataset.table import layout
from senformer.dataset.table.label_counts import count_labels, label_report


def test_label_report__only_where_all_values_are_0_or_1_and_both_occur() -> None:
    nan = np.nan
    # A label; a label with a half; all ones; a label where it was measured.
    blocks = [
        np.array([[0, 0, 1, nan], [1, 0.5, 1, 1]], np.float32),
        np.array([[1, 1, 1, 0], [1, 0, 1, nan], [0, 1, 1, 0]], np.float32),
    ]
    n_finite = np.sum([(~np.isnan(block)).sum(axis=0) for block in blocks], axis=0)
    found = label_report([{"all": count_labels(block)} for block in blocks], {"all": {"n_finite": n_finite}})
    assert found == {
        "labels": {
            "all": {
                "n": [5, 0, 0, 3],
                "n_positive": [3, 0, 0, 1],
                "positive_fraction": [3 / 5, None, None, 1 / 3],
            }
        }
    }
    only_half = [{"all": {"zeros": [1], "ones": [1]}}]
    assert label_report(only_half, {"all": {"n_finite": [3]}}) == {}


def test_statistics__labels_of_a_table(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(layout, "rows_per_block", lambda window_bp: 16)
    rows = toy_rows()
    for number, row in enumerate(rows):
        row["minus"] = str(int(number % 3 == 0))
    values = {"plus": {}, "minus": {}}
    build_dataset(toy_config(write_table(tmp_path / "t.tsv", rows), values=values), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert isinstance(dataset, TableDataset)
    assert dataset.label_tracks == (1,)
    train = [number for number, row in enumerate(rows) if row["split"] == "train"]
    assert dataset.statistics["labels"]["train"] == {
        "n": [0, len(train)],
        "n_positive": [0, sum(number % 3 == 0 for number in train)],
        "positive_fraction": [None, sum(number % 3 == 0 for number in train) / len(train)],
    }


def test_statistics__no_labels_no_key(table: TableDataset) -> None:
    assert "labels" not in table.statistics
    assert table.label_tracks == ()
