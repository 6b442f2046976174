"""The chromosome list of written files: complete, sorted, and right in two readers."""

import numpy as np
import pytest
from tests.tracks.toy import peer_chroms, read_peer_bigwig

from senformer.tracks.bigwig_chroms import _tree, write_empty
from senformer.tracks.bigwig_read import open_bigwig
from senformer.tracks.bigwig_write import write_bigwig


@pytest.mark.parametrize("n_chroms", [1, 2, 256, 257, 700])
def test_list_all_chroms__with_and_without_values(tmp_path, n_chroms):
    sizes = {f"contig{number}": 10 + number for number in range(n_chroms)}
    blocks = [(chrom, 3, np.full(2, size, np.float32)) for chrom, size in sizes.items() if size % 3 == 1]
    write_bigwig(tmp_path / "t.bw", sizes, blocks, 1)
    reader = open_bigwig(tmp_path / "t.bw")
    assert reader.chrom_sizes == peer_chroms(tmp_path / "t.bw") == sizes
    assert list(reader.chrom_sizes) == sorted(sizes)
    for chrom, size in [*sizes.items()][:: max(1, n_chroms // 9)]:
        expected = np.full(10, np.nan, np.float32)
        expected[3:5] = size if size % 3 == 1 else np.nan
        np.testing.assert_array_equal(reader.values(chrom, 0, 10), expected)
        np.testing.assert_array_equal(read_peer_bigwig(tmp_path / "t.bw", chrom, 0, 10), expected)


def test_write_empty__reads_in_both_readers(tmp_path):
    sizes = {"chr2": 30, "chr1": 17}
    write_empty(tmp_path / "t.bw", sizes)
    assert open_bigwig(tmp_path / "t.bw").chrom_sizes == peer_chroms(tmp_path / "t.bw") == sizes
    assert np.isnan(open_bigwig(tmp_path / "t.bw").values("chr1", 0, 17)).all()
    assert np.isnan(read_peer_bigwig(tmp_path / "t.bw", "chr1", 0, 17)).all()


def test_tree__keys_are_sorted_as_bytes():
    tree = _tree({"b": 1, "B": 2, "a10": 3}, {"b": 0, "B": 1, "a10": 2}, 0)
    assert tree.index(b"B\0\0") < tree.index(b"a10") < tree.index(b"b\0\0")
