"""Names and cuts inside a table's folder."""

from senformer.dataset.table.layout import block_name, input_store, row_grid, rows_per_block


def test_names__sort_as_the_rows_do() -> None:
    names = [block_name(first) for first in (0, 65_536, 10**9)]
    assert names == sorted(names)
    assert (input_store("sequence"), input_store("marks")) == ("sequence.zarr", "inputs/marks.zarr")


def test_row_grid__one_shard_of_small_chunks() -> None:
    grid = row_grid(rows_per_block(256), 256)
    assert (grid.chunk, grid.shard) == (1024, 65_536)
    assert row_grid(3, 4).chunk == 3
    assert row_grid(5, 1 << 20).chunk == 1
