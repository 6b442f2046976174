"""Arrays of one file: rows are joined to shards whatever the blocks."""

from pathlib import Path

import numpy as np
import pytest
import zarr

from senformer.dataset.tfrecord.pack import reblock


@pytest.mark.parametrize("size", [1, 3, 4, 7, 100])
def test_reblock__keeps_rows_and_order(size: int) -> None:
    rows = np.arange(44).reshape(22, 2)
    blocks = [rows[:5], rows[5:5], rows[5:6], rows[6:20], rows[20:]]
    found = list(reblock(iter(blocks), size))
    assert [len(block) for block in found[:-1]] == [size] * (len(found) - 1)
    np.testing.assert_array_equal(np.concatenate(found), rows)


def test_build_pack__a_chunk_is_a_contig(imported: Path) -> None:
    codes = zarr.open_array(str(imported / "genome.zarr" / "train-0"), mode="r")
    assert (codes.shape, codes.chunks) == ((320,), (160,))
    facts = zarr.open_array(str(imported / "bins.zarr" / "train-0"), mode="r")
    assert (facts.shape, facts.chunks) == ((40, 2), (20, 2))
    assert facts[:, 1].tolist() == 2 * ([0] * 4 + [3] * 12 + [0] * 4)
