import numpy as np
from tests.contracts.metric import toy_labels

from senformer.evaluate.examples import Example
from senformer.evaluate.parts import Part, merge_parts, read_part, write_part
from senformer.evaluate.sums import TrackSums
from senformer.genome.interval import Interval
from senformer.tracks.scaling import Scaling

SCALINGS = [Scaling(scale=2.0), Scaling(sqrt=True), Scaling()]


def make_part(seed: int, n_examples: int = 1) -> Part:
    rng = np.random.default_rng(seed)
    sums = TrackSums(SCALINGS)
    target = rng.gamma(1.0, 1.0, (7, 3)).astype(np.float32)
    target[0, 1] = np.nan
    prediction = rng.gamma(1.0, 1.0, (7, 3)).astype(np.float32)
    sums.add(prediction, target)
    examples = [Example(Interval("chr1", seed, seed + 28), target, prediction)] * n_examples
    return Part(sums, examples)


def test_read_part__every_bit_comes_back(tmp_path):
    for n_examples in (0, 2):
        part = make_part(3, n_examples)
        write_part(tmp_path / "part.npz", part)
        back = read_part(tmp_path / "part.npz", SCALINGS)
        np.testing.assert_array_equal(back.sums.raw.state, part.sums.raw.state)
        np.testing.assert_array_equal(back.sums.log1p.state, part.sums.log1p.state)
        np.testing.assert_array_equal(back.sums.raw.result(), part.sums.raw.result())
        assert back.sums.n_bins == 7
        assert len(back.examples) == n_examples


def test_merge_parts__sums_add_up_and_examples_follow(tmp_path):
    parts = [make_part(seed) for seed in (1, 2, 3)]
    total = merge_parts(parts)
    assert total.sums.n_bins == 21
    assert [example.place.start for example in total.examples] == [1, 2, 3]
    expected = (parts[0].sums + parts[1].sums + parts[2].sums).raw.result()
    np.testing.assert_array_equal(total.sums.raw.result(), expected)


def test_read_part__the_sums_go_on_counting(tmp_path):
    write_part(tmp_path / "part.npz", make_part(3))
    back = read_part(tmp_path / "part.npz", SCALINGS).sums
    back.add(np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32))
    assert back.raw.n.tolist() == [9, 8, 9]


def test_read_part__ranks_of_labels_come_back(tmp_path):
    sums = TrackSums(SCALINGS, label_tracks=(0, 1, 2))
    prediction, labels = toy_labels()
    sums.add(prediction[0, :, :3], labels[0, :, :3])
    write_part(tmp_path / "part.npz", Part(sums, []))
    back = read_part(tmp_path / "part.npz", SCALINGS, (0, 1, 2)).sums
    np.testing.assert_array_equal((back + sums).ranks.state, (sums + sums).ranks.state)
    np.testing.assert_array_equal(back.ranks.result(), sums.ranks.result())
