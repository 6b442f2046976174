import numpy as np

from senformer.evaluate.examples import (
    Example,
    example_arrays,
    examples_from_arrays,
    spread_rows,
    write_examples,
)
from senformer.genome.interval import Interval


def test_spread_rows__first_and_last_and_no_row_twice():
    assert spread_rows(100, 8)[[0, -1]].tolist() == [0, 99]
    assert len(spread_rows(100, 8)) == 8
    assert spread_rows(1, 8).tolist() == [0]


def make_examples() -> list[Example]:
    return [
        Example(
            Interval(chrom, start, start + 16),
            np.full((4, 2), start, np.float32),
            np.full((4, 2), start + 0.5, np.float32),
        )
        for chrom, start in (("chr1", 0), ("chr10", 32), ("chr1", 64))
    ]


def test_write_examples__arrays_without_a_pickle(tmp_path):
    write_examples(tmp_path / "examples.npz", make_examples(), ["a", "b"], bin_bp=4)
    with np.load(tmp_path / "examples.npz", allow_pickle=False) as found:
        assert found["chrom"].tolist() == ["chr1", "chr10", "chr1"]
        assert found["start"].tolist() == [0, 32, 64]
        assert found["end"].tolist() == [16, 48, 80]
        assert found["names"].tolist() == ["a", "b"]
        assert int(found["bin_bp"]) == 4
        assert found["measured"].shape == (3, 4, 2)
        assert found["predicted"].dtype == np.float32
        assert found["predicted"][:, 0, 0].tolist() == [0.5, 32.5, 64.5]


def test_examples_from_arrays__there_and_back():
    back = examples_from_arrays(example_arrays(make_examples()))
    assert [example.place for example in back] == [example.place for example in make_examples()]
    np.testing.assert_array_equal(back[1].measured, make_examples()[1].measured)
    assert examples_from_arrays(example_arrays([])) == []
