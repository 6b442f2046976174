import numpy as np
import torch

from senformer.model.attention.tiles.global_cuts import global_column_cuts, global_row_cuts
from senformer.model.attention.tiles.layout import Layout

CPU = torch.device("cpu")
LAYOUT = Layout(14, 4)
# Blocks 1 and 2 are sparse: the first sees itself and block 0, the second itself alone.
SPARSE, KEYS = np.array([1, 2]), np.array([[0, 1], [2, -1]])


def test_global_row_cuts__each_row_with_all_columns():
    cuts = list(global_row_cuts(np.array([2, 9]), LAYOUT, CPU))
    assert [cut.rows.starts.tolist() for cut in cuts] == [[[2, 9]]]
    assert [(cut.columns.first, cut.columns.size) for cut in cuts] == [(0, 14)]
    assert not list(global_row_cuts(np.zeros(0, dtype=np.int64), LAYOUT, CPU))


def test_global_column_cuts__hide_what_blocks_show_already():
    (cut,) = global_column_cuts(np.array([1, 9]), SPARSE, KEYS, LAYOUT, 10_000, CPU)
    assert cut.rows.index.tolist() == [[1], [2]]
    assert cut.columns.starts.tolist() == [[1, 9], [1, 9]]
    assert cut.hidden.tolist() == [[True, False], [False, True]]


def test_global_column_cuts__blocks_that_see_all_of_them_are_left_out():
    (cut,) = global_column_cuts(np.array([1, 5]), SPARSE, KEYS, LAYOUT, 10_000, CPU)
    assert cut.rows.index.tolist() == [[2]]


def test_global_column_cuts__memory_cuts_groups():
    cuts = list(global_column_cuts(np.array([1, 9]), SPARSE, KEYS, LAYOUT, 8 * 4 * 2, CPU))
    assert [cut.rows.index.tolist() for cut in cuts] == [[[1]], [[2]]]
