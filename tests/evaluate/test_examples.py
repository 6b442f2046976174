import numpy as np

from senformer.evaluate.examples import Examples, spread_rows
from senformer.genome.interval import Interval


def test_spread_rows__first_and_last_and_no_row_twice():
    assert spread_rows(100, 8)[[0, -1]].tolist() == [0, 99]
    assert len(spread_rows(100, 8)) == 8
    assert spread_rows(1, 8).tolist() == [0]


def test_write__chosen_windows_without_a_pickle(tmp_path):
    examples = Examples(n_windows=5, n_wanted=3)
    predicted = np.zeros((4, 2), np.float32)
    for row in range(5):
        measured = np.full((4, 2), float(row), np.float32)
        predicted[:] = row + 0.5
        examples.offer(row, Interval("chr1", row * 16, row * 16 + 16), measured, predicted)
    examples.write(tmp_path / "examples.npz", ["a", "b"], bin_bp=4)
    with np.load(tmp_path / "examples.npz", allow_pickle=False) as found:
        assert found["start"].tolist() == [0, 32, 64]
        assert found["end"].tolist() == [16, 48, 80]
        assert found["chrom"].tolist() == ["chr1"] * 3
        assert found["names"].tolist() == ["a", "b"]
        assert int(found["bin_bp"]) == 4
        assert found["measured"].shape == (3, 4, 2)
        assert found["predicted"].dtype == np.float32
        # Kept as they were when offered, though the caller went on writing into its array.
        assert found["predicted"][:, 0, 0].tolist() == [0.5, 2.5, 4.5]
