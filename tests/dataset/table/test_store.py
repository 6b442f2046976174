"""Reading a table dataset: rows in any order, cached or not, across forks and pickles."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.dataset.table.toy import WINDOW_BP, toy_config, toy_rows
from tests.oracles.table import row_of

from senformer.core.errors import ConfigError, DataError
from senformer.dataset import TableDataset, build_dataset, open_dataset
from senformer.dataset.table import layout
from senformer.dataset.table.batches import assemble_rows
from senformer.dataset.table.store import row_numbers

ROWS = np.array([40, 3, 17, 3, 0])


def check(dataset: TableDataset) -> None:
    known = [row_of(toy_rows()[row], WINDOW_BP) for row in ROWS]
    inputs = dataset.read_inputs(ROWS)
    np.testing.assert_array_equal(inputs["sequence"], [row[0] for row in known])
    np.testing.assert_array_equal(inputs["features"], [row[2] for row in known])
    np.testing.assert_array_equal(dataset.read_values(ROWS), [row[1] for row in known])


@pytest.mark.parametrize("cache_bytes", [0, 1 << 30])
def test_read__rows_in_any_order(
    tmp_path: Path, table_path: Path, monkeypatch: pytest.MonkeyPatch, cache_bytes: int
) -> None:
    monkeypatch.setattr(layout, "rows_per_block", lambda window_bp: 16)
    build_dataset(toy_config(table_path), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d", cache_bytes=cache_bytes)
    check(dataset)
    check(pickle.loads(pickle.dumps(dataset)))
    pid = os.fork()
    if not pid:
        try:
            check(dataset)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_dataset__has_the_names_of_a_genome_dataset(table: TableDataset) -> None:
    assert (table.organism, table.bin_bp, table.config.window_bp, table.config.crop_bins) == (
        "toy",
        32,
        32,
        0,
    )
    assert [track.name for track in table.tracks] == ["plus", "minus"]
    assert table.strand_permutation.tolist() == [1, 0]
    assert "41 rows" in repr(table)
    assert list(table.windows.columns) == ["chrom", "start", "end", "split", "row"]


def test_cut_windows__gives_the_rows_of_a_split(table: TableDataset) -> None:
    windows = table.cut_windows(WINDOW_BP, 0, split="valid")
    assert row_numbers(windows).tolist() == [row for row in range(41) if row % 5 == 3]
    assert windows["chrom"].tolist()[:2] == ["r3", "r8"]
    assert len(table.cut_windows(WINDOW_BP, 0)) == 41


def test_cut_windows__refuses_another_window_and_split(table: TableDataset) -> None:
    with pytest.raises(ConfigError, match="rows have 32 bp and no crop; wanted are 64 bp, crop_bins 0"):
        table.cut_windows(64, 0)
    with pytest.raises(ConfigError, match=r"no split is called 'tset'. Did you mean 'test'\?"):
        table.cut_windows(WINDOW_BP, 0, split="tset")


def test_read__damage_is_named(tmp_path: Path, table_store: Path) -> None:
    copy = Path(shutil.copytree(table_store, tmp_path / "d"))
    dataset = open_dataset(copy)
    file = next((copy / "sequence.zarr").rglob("c/*/*"))
    raw = bytearray(file.read_bytes())
    raw[8] ^= 255
    file.write_bytes(raw)
    with pytest.raises(DataError, match=r"sequence.zarr/row000000000000: is damaged"):
        dataset.read_inputs(ROWS)


def test_read__numbers_without_a_sequence(tmp_path: Path, table_path: Path) -> None:
    marks = np.random.default_rng(6).normal(size=(41, 7, 3)).astype(np.float32)
    np.save(tmp_path / "marks.npy", marks)
    inputs = {"marks": {"file": str(tmp_path / "marks.npy")}, "features": {"columns": ["half_life", "gc"]}}
    counts = build_dataset(toy_config(table_path, sequence={}, inputs=inputs), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert isinstance(dataset, TableDataset)
    assert (counts["n_rows"], set(counts["leaks"].values()), dataset.sequence_names) == (41, {0}, [])
    np.testing.assert_array_equal(dataset.read_inputs(ROWS)["marks"], marks[ROWS])
    # Where a sequence would lie, the inputs span the window.
    assert dataset.rows[["start_bp", "end_bp"]].drop_duplicates().to_numpy().tolist() == [[0, WINDOW_BP]]
    batch = assemble_rows(dataset, ROWS, np.zeros(5, dtype=np.int64), np.array([True] * 5))
    assert (batch.sequence.shape, sorted(batch.model_inputs)) == ((5, 0), ["features", "marks"])
    np.testing.assert_array_equal(batch.inputs["marks"], marks[ROWS])
