"""Batches of windows."""

import numpy as np
from tests.dataset.toy import Toy

from senformer.dataset import Dataset
from senformer.dataset.batch import assemble, eval_batches, window_intervals
from senformer.genome.interval import Interval

WINDOWS = [Interval("chrA", 0, 320), Interval("chrB", 320, 640), Interval("chrA", 3680, 4000)]


def test_assemble__input_and_central_bins(store: Dataset, toy: Toy) -> None:
    batch = assemble(store, WINDOWS, 3)
    assert batch.sequence.shape == (3, 320)
    assert batch.targets.shape == (3, 14, 5)
    np.testing.assert_array_equal(batch.sequence[1], toy.codes["chrB"][320:640])
    np.testing.assert_allclose(batch.targets[1], toy.expected("chrB")[23:37], rtol=1e-6)
    assert [window.strand for window in batch.windows] == ["+", "+", "+"]


def test_assemble__shift_moves_the_input_only_and_pads_with_n(store: Dataset, toy: Toy) -> None:
    plain, shifted = assemble(store, WINDOWS, 3), assemble(store, WINDOWS, 3, shifts_bp=[-3, 2, 5])
    np.testing.assert_array_equal(shifted.targets, plain.targets)
    assert shifted.sequence[0, :3].tolist() == [4, 4, 4]
    np.testing.assert_array_equal(shifted.sequence[0, 3:], toy.codes["chrA"][:317])
    np.testing.assert_array_equal(shifted.sequence[1], toy.codes["chrB"][322:642])
    # chrA has 4,003 bp: a shift of 5 from 3,680 leaves two unknown bases at the end
    assert shifted.sequence[2, -2:].tolist() == [4, 4]
    np.testing.assert_array_equal(shifted.sequence[2, :-2], toy.codes["chrA"][3685:])
    assert [window.start for window in shifted.windows] == [-3, 322, 3685]


def test_assemble__flip_moves_bases_bins_and_strand_pairs(store: Dataset) -> None:
    plain, flipped = assemble(store, WINDOWS, 3), assemble(store, WINDOWS, 3, flips=[False, True, False])
    np.testing.assert_array_equal(flipped.sequence[0], plain.sequence[0])
    np.testing.assert_array_equal(flipped.sequence[1], 3 - plain.sequence[1][::-1])
    np.testing.assert_array_equal(flipped.targets[1], plain.targets[1][::-1, [0, 2, 1, 3, 4]])
    assert [window.strand for window in flipped.windows] == ["+", "-", "+"]


def test_eval_batches__every_window_once_in_order(store: Dataset) -> None:
    table = store.windows[store.windows["split"] == "test"]
    batches = list(eval_batches(store, table, 3, 4))
    assert [len(batch.sequence) for batch in batches] == [4, 4, 2]
    read = [window for batch in batches for window in batch.windows]
    assert [(window.chrom, window.start) for window in read] == list(
        zip(table["chrom"], table["start"], strict=True)
    )


def test_window_intervals__one_a_row(store: Dataset) -> None:
    assert window_intervals(store.windows.head(1)) == [Interval("chrA", 0, 320)]
