from dataclasses import replace

import numpy as np
import pytest
from tests.contracts.metric import toy_labels

from senformer.core.errors import DataError
from senformer.evaluate.examples import Example
from senformer.evaluate.grid import Grid
from senformer.evaluate.parts import Measures, Part, block_moments, merge_parts, read_part, write_part
from senformer.genome.interval import Interval
from senformer.tracks.scaling import Scaling

SCALINGS = (Scaling(scale=2.0), Scaling(sqrt=True), Scaling())
MEASURES = Measures(SCALINGS, names=("spearman", "jsd"))


def make_part(seed: int, n_examples: int = 1) -> Part:
    rng = np.random.default_rng(seed)
    sums, extras = MEASURES.sums(), MEASURES.extras()
    target = rng.gamma(1.0, 1.0, (7, 3)).astype(np.float32)
    target[0, 1] = np.nan
    prediction = rng.gamma(1.0, 1.0, (7, 3)).astype(np.float32)
    sums.add(prediction, target)
    extras.add(prediction, target)
    examples = [Example(Interval("chr1", seed, seed + 28), target, prediction)] * n_examples
    return Part(sums, extras, block_moments(sums)[None], examples)


def test_read_part__every_bit_comes_back(tmp_path):
    for n_examples in (0, 2):
        part = make_part(3, n_examples)
        write_part(tmp_path / "part.npz", part, MEASURES)
        back = read_part(tmp_path / "part.npz", MEASURES)
        np.testing.assert_array_equal(back.sums.raw.state, part.sums.raw.state)
        np.testing.assert_array_equal(back.sums.log1p.state, part.sums.log1p.state)
        np.testing.assert_array_equal(back.sums.raw.result(), part.sums.raw.result())
        np.testing.assert_array_equal(back.sums.poisson.state, part.sums.poisson.state)
        np.testing.assert_array_equal(back.blocks, part.blocks)
        for name, column in back.extras.columns().items():
            np.testing.assert_array_equal(column, part.extras.columns()[name])
        assert back.sums.n_bins == 7
        assert len(back.examples) == n_examples


def test_merge_parts__sums_add_up_and_examples_follow(tmp_path):
    parts = [make_part(seed) for seed in (1, 2, 3)]
    files = [tmp_path / f"{number}.npz" for number in range(3)]
    for file, part in zip(files, parts, strict=True):
        write_part(file, part, MEASURES)
    total = merge_parts(files, MEASURES)
    assert total.sums.n_bins == 21
    assert [example.place.start for example in total.examples] == [1, 2, 3]
    expected = (parts[0].sums + parts[1].sums + parts[2].sums).raw.result()
    np.testing.assert_array_equal(total.sums.raw.result(), expected)


def test_read_part__the_sums_go_on_counting(tmp_path):
    write_part(tmp_path / "part.npz", make_part(3), MEASURES)
    back = read_part(tmp_path / "part.npz", MEASURES).sums
    back.add(np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32))
    assert back.raw.n.tolist() == [9, 8, 9]


def test_read_part__ranks_of_labels_come_back(tmp_path):
    measures = Measures(SCALINGS, (0, 1, 2))
    sums = measures.sums()
    prediction, labels = toy_labels()
    sums.add(prediction[0, :, :3], labels[0, :, :3])
    write_part(tmp_path / "part.npz", Part(sums, measures.extras(), block_moments(sums)[None], []), measures)
    back = read_part(tmp_path / "part.npz", measures).sums
    np.testing.assert_array_equal((back + sums).ranks.state, (sums + sums).ranks.state)
    np.testing.assert_array_equal(back.ranks.result(), sums.ranks.result())


def test_read_part__of_other_cells_is_refused(tmp_path):
    edges = np.zeros((3, 4), np.float32)
    write_part(tmp_path / "part.npz", make_part(3), replace(MEASURES, grid=Grid(edges, edges)))
    with pytest.raises(DataError, match="was counted in other cells"):
        read_part(tmp_path / "part.npz", replace(MEASURES, grid=Grid(edges, edges + 1)))
