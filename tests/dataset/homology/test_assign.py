import numpy as np

from senformer.dataset.homology.assign import assign_folds

SHARES = {"train": 0.8, "valid": 0.1, "test": 0.1}


def shares_of(lengths, folds, n) -> list[float]:
    return (np.bincount(folds, weights=lengths, minlength=n) / sum(lengths)).tolist()


def test_assign_folds__reach_their_shares():
    lengths = np.random.default_rng(0).integers(1, 1000, 2000)
    folds = assign_folds(lengths, SHARES, np.random.default_rng(7), taker="train")
    reached = shares_of(lengths, folds, 3)
    assert np.allclose(reached, list(SHARES.values()), atol=0.003)


def test_assign_folds__a_giant_goes_to_train():
    lengths = [700, *[1] * 300]
    for seed in range(20):
        folds = assign_folds(lengths, SHARES, np.random.default_rng(seed), taker="train")
        assert folds[0] == 0
        assert np.allclose(shares_of(lengths, folds, 3), [0.8, 0.1, 0.1], atol=0.01)


def test_assign_folds__equal_folds_without_a_taker():
    lengths = np.random.default_rng(2).integers(1, 50, 400)
    shares = {f"fold{index}": 1 / 5 for index in range(5)}
    folds = assign_folds(lengths, shares, np.random.default_rng(3))
    assert np.allclose(shares_of(lengths, folds, 5), 0.2, atol=0.01)


def test_assign_folds__longest_first_is_the_only_order():
    lengths = np.array([5, 9, 7, 3, 8, 1, 2, 6, 4])
    order = np.random.default_rng(4).permutation(len(lengths))
    one = assign_folds(lengths, SHARES, np.random.default_rng(5), taker="train")
    two = assign_folds(lengths[order], SHARES, np.random.default_rng(5), taker="train")
    assert two.tolist() == one[order].tolist()


def test_assign_folds__a_share_of_nothing_gets_nothing():
    shares = {"train": 0.9, "valid": 0.1, "test": 0.0}
    folds = assign_folds([1] * 200, shares, np.random.default_rng(6), taker="train")
    assert 2 not in folds.tolist()
