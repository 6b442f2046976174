"""Batches of rows: a function of the step alone, augmented as the plain twin says."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.table.toy import WINDOW_BP, toy_config, toy_rows

from senformer.core.errors import DataError
from senformer.dataset import TableDataset, build_dataset, iterate, open_dataset
from senformer.dataset.table.batches import TableBatches, assemble_rows, row_batches, shift_rooms
from senformer.genome.sequence import reverse_complement


@pytest.fixture
def plain(table: TableDataset) -> dict[str, np.ndarray]:
    every = np.arange(41)
    return {**table.read_inputs(every), "values": table.read_values(every)}


def test_assemble_rows__as_they_are(table: TableDataset, plain: dict) -> None:
    batch = assemble_rows(table, np.array([7, 2]))
    np.testing.assert_array_equal(batch.sequence, plain["sequence"][[7, 2]])
    np.testing.assert_array_equal(batch.targets, plain["values"][[7, 2]][:, None, :])
    np.testing.assert_array_equal(batch.model_inputs["features"], plain["features"][[7, 2]])
    assert [(window.chrom, window.start, window.end) for window in batch.windows] == [
        ("r7", 0, 32),
        ("r2", 0, 32),
    ]


def test_assemble_rows__other_strand(table: TableDataset, plain: dict) -> None:
    batch = assemble_rows(table, np.array([7, 2, 7]), flips=np.array([True, False, True]))
    np.testing.assert_array_equal(batch.sequence[0], reverse_complement(plain["sequence"][7]))
    np.testing.assert_array_equal(batch.sequence[1], plain["sequence"][2])
    # plus and minus are a pair.
    np.testing.assert_array_equal(batch.targets[0, 0], plain["values"][7][::-1])
    np.testing.assert_array_equal(batch.targets[1, 0], plain["values"][2])
    np.testing.assert_array_equal(batch.inputs["features"], plain["features"][[7, 2, 7]])
    assert [window.strand for window in batch.windows] == ["-", "+", "-"]


def test_assemble_rows__inputs_that_say_so_are_turned_round(tmp_path: Path, table_path: Path) -> None:
    marks = np.random.default_rng(0).normal(size=(41, 5, 3)).astype(np.float32)
    np.save(tmp_path / "m.npy", marks)
    config = toy_config(table_path, inputs={"marks": {"file": str(tmp_path / "m.npy"), "flip": True}})
    build_dataset(config, tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    batch = assemble_rows(dataset, np.array([4, 5]), flips=np.array([True, False]))
    np.testing.assert_array_equal(batch.inputs["marks"], [marks[4][::-1], marks[5]])


def test_assemble_rows__shift_moves_within_the_window(table: TableDataset, plain: dict) -> None:
    batch = assemble_rows(table, np.array([7, 7, 7]), shifts_bp=np.array([0, 2, -3]))
    codes = plain["sequence"][7].tolist()
    assert batch.sequence.tolist() == [codes, [4, 4, *codes[:-2]], [*codes[3:], 4, 4, 4]]


def test_shift_rooms__never_lose_a_base(table: TableDataset, plain: dict) -> None:
    rooms = shift_rooms(table, np.arange(41))
    for row, (left, right) in enumerate(rooms):
        n_bases = len(toy_rows()[row]["seq"])
        assert right - left == WINDOW_BP - n_bases
        moved = assemble_rows(table, np.array([row, row]), shifts_bp=np.array([left, right])).sequence
        for codes in moved:
            assert (codes < 4).sum() == (plain["sequence"][row] < 4).sum()


def test_shift_rooms__leave_the_flanks_whole(tmp_path: Path, table_path: Path) -> None:
    build_dataset(toy_config(table_path, flanks={"left": "ACG", "right": "TT"}, pad="left"), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    rooms = shift_rooms(dataset, np.arange(41))
    n_bases = np.array([len(row["seq"]) for row in toy_rows()])
    assert rooms[:, 1].tolist() == [0] * 41
    assert (-rooms[:, 0]).tolist() == np.maximum(WINDOW_BP - n_bases - 5, 0).tolist()


def test_table_batches__every_row_once_an_epoch_in_an_order_of_its_own(table: TableDataset) -> None:
    batches = TableBatches(table, "train", 5, seed=1)
    names = [
        [window.chrom for step in range(lo, lo + 5) for window in batches.batch(step).windows]
        for lo in (0, 5)
    ]
    known = {f"r{row}" for row in range(41) if row % 5 < 3}
    assert (batches.n_windows, batches.steps_per_epoch) == (25, 5)
    assert set(names[0]) == set(names[1]) == known
    assert names[0] != names[1]


@pytest.mark.parametrize("workers", [0, 2])
def test_table_batches__depend_on_seed_and_step_alone(table: TableDataset, workers: int) -> None:
    batches = TableBatches(table, "train", 4, seed=1)
    for step, batch in enumerate(iterate(batches, 3, 6, workers), 3):
        again = TableBatches(table, "train", 4, seed=1).batch(step)
        np.testing.assert_array_equal(batch.sequence, again.sequence)
        np.testing.assert_array_equal(batch.targets, again.targets)
        np.testing.assert_array_equal(batch.inputs["features"], again.inputs["features"])
    assert not np.array_equal(
        TableBatches(table, "train", 4, seed=2).batch(3).sequence, batches.batch(3).sequence
    )


def test_table_batches__parts_are_the_batch(table: TableDataset) -> None:
    whole = TableBatches(table, "train", 6, seed=1).batch(2)
    parts = [TableBatches(table, "train", 6, seed=1, part=(number, 3)).batch(2) for number in range(3)]
    np.testing.assert_array_equal(np.concatenate([part.sequence for part in parts]), whole.sequence)
    np.testing.assert_array_equal(np.concatenate([part.targets for part in parts]), whole.targets)


def test_table_batches__without_augmentation_are_plain(table: TableDataset, plain: dict) -> None:
    batches = TableBatches(table, "train", 4, seed=1, max_shift_bp=0, reverse_complement=False)
    batch = batches.batch(0)
    rows = [int(window.chrom[1:]) for window in batch.windows]
    np.testing.assert_array_equal(batch.sequence, plain["sequence"][rows])


def test_table_batches__refuses_an_empty_split(tmp_path: Path, table_path: Path) -> None:
    split = {"by": "column", "column": "split", "valid": [], "test": ["test", "val"]}
    build_dataset(toy_config(table_path, split=split), tmp_path / "d")
    with pytest.raises(DataError, match=r"split 'valid'.*has no window of 32 bp"):
        TableBatches(open_dataset(tmp_path / "d"), "valid", 4, seed=1)


def test_row_batches__in_order_and_whole(table: TableDataset) -> None:
    windows = table.cut_windows(WINDOW_BP, 0, split="valid")
    names = [[window.chrom for window in batch.windows] for batch in row_batches(table, windows, 3)]
    assert names == [["r3", "r8", "r13"], ["r18", "r23", "r28"], ["r33", "r38"]]
