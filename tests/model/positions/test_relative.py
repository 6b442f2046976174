import math

import numpy as np
import pytest
import torch

from senformer.model.positions import POSITIONS

FOLDER = "parity_enformer_sonnet"


def position_features(n_bins, n_features, basis_bins=None):
    distances = torch.arange(-(n_bins - 1), n_bins, dtype=torch.float64)
    return POSITIONS["relative"](distances, n_features, basis_bins or n_bins)


def test_position_features__layout():
    features = position_features(9, 18)
    plain, signed = features[:, :9], features[:, 9:]
    assert features.shape == (17, 18)
    assert features.dtype == torch.float64
    assert not signed[8].any()
    assert torch.equal(plain, plain.flip(0))
    assert torch.equal(signed, -signed.flip(0))
    assert torch.equal(signed[9:], plain[9:])


def test_position_features__formulas():
    # Two functions a family for a basis of 32 bins: half-lives 8 and 32, widths 1 and 3 bins, gamma
    # means 16 and 32 with deviation 8, so shapes 4 and 16 and rates 1/4 and 1/2.
    features = position_features(32, 12)[31:, :6].numpy()
    a = np.arange(32)
    np.testing.assert_allclose(features[:, 0], 0.5 ** (a / 8))
    np.testing.assert_allclose(features[:, 1], 0.5 ** (a / 32))
    np.testing.assert_array_equal(features[:, 2], a < 1)
    np.testing.assert_array_equal(features[:, 3], a < 3)
    for column, shape, rate in ((4, 4, 1 / 4), (5, 16, 1 / 2)):
        density = rate**shape * a ** (shape - 1.0) * np.exp(-rate * a) / math.gamma(shape) + 1e-8
        np.testing.assert_allclose(features[:, column], density / density.max(), rtol=1e-9)


def test_position_features__each_gamma_peaks_at_one():
    gamma = position_features(64, 24)[:, 8:12]
    torch.testing.assert_close(gamma.amax(dim=0), torch.ones(4, dtype=torch.float64))


def test_position_features__longer_window_same_basis():
    short, long = position_features(20, 12), position_features(33, 12, basis_bins=20)
    torch.testing.assert_close(long[13:-13], short, atol=0, rtol=0)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "n_features", "step"),
    [("positional_features_L1536_F48_full", 48, 1), ("positional_features_L1536_F192", 192, 31)],
)
def test_position_features__equal_tensorflow(shared_data, file, n_features, step):
    (expected,) = np.load(shared_data / FOLDER / f"{file}.npz").values()
    found = position_features(1536, n_features)[::step].numpy()
    third = n_features // 6
    gamma = np.isin(np.arange(n_features) // third, [2, 5])
    np.testing.assert_allclose(found[:, ~gamma], expected[:, ~gamma], atol=1e-6, rtol=0)
    # TensorFlow rounds the gamma functions' exponents, about 3e4, in float32.
    np.testing.assert_allclose(found[:, gamma], expected[:, gamma], atol=3e-3, rtol=0)
