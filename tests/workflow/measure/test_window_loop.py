import sys

import numpy as np
import pytest

from senformer.core.config import parse
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.genome.sequence import one_hot
from senformer.workflow.measure.genome_data import dataset_values, write_data
from senformer.workflow.measure.loop import CannotRun
from senformer.workflow.measure.window_loop import loop_windows, store_windows


def test_loop_windows__makes_what_a_dataset_holds(tmp_path):
    write_data(tmp_path, 300_000, n_tracks=3)
    build(parse(DatasetConfig, dataset_values(tmp_path), "test"), tmp_path / "dataset")
    dataset = open_dataset(tmp_path / "dataset")
    tracks = sorted((tmp_path / "tracks").glob("*.bw"))
    windows = [("chr1", 0, 12_800), ("chr1", 128 * 77, 128 * 177)]
    for (chrom, start, end), (hot, bins) in zip(
        windows, loop_windows(tmp_path / "genome.fa", tracks, windows, 128, 10), strict=True
    ):
        assert np.array_equal(hot.T, one_hot(dataset.sequence(chrom, start, end)))
        assert np.allclose(bins, dataset.targets(chrom, start // 128 + 10, end // 128 - 10), rtol=1e-6)


def test_store_windows__keeps_every_example(tmp_path):
    examples = [(np.eye(4, dtype=bool), np.full((2, 3), value, np.float32)) for value in (1, 2)]
    n_bytes = store_windows(iter(examples), tmp_path)
    assert n_bytes == sum(file.stat().st_size for file in tmp_path.iterdir())
    with np.load(tmp_path / "1.npz") as second:
        assert np.array_equal(second["sequence"], examples[1][0])
        assert np.array_equal(second["targets"], examples[1][1])


def test_loop_windows__a_package_is_missing(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyBigWig", None)
    with pytest.raises(CannotRun, match="pip install pyfaidx pyBigWig"):
        next(loop_windows(tmp_path / "g.fa", [], [], 128, 0))
