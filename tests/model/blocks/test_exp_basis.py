import numpy as np
import torch

from senformer.model.blocks.exp_basis import RATES, ExpBasis, bin_distances, exp_weights


def test_exp_weights__published_values():
    """From the deposited code of ExPecto, 1,500 bp before the start."""
    expected = [0.932394, 0.869358, 0.704688, 0.496585, 0.246597, 0, 0, 0, 0, 0]
    found = exp_weights(np.array([-1500.0, 0, 1500.0]), 200, RATES, sides=True)
    np.testing.assert_allclose(found[:, 0], expected, atol=5e-7)
    np.testing.assert_array_equal(found[:, 1], 1)
    np.testing.assert_allclose(found[:, 2], expected[5:] + expected[:5], atol=5e-7)
    np.testing.assert_allclose(
        exp_weights(np.array([-1500.0]), 200, RATES, sides=False)[:, 0], expected[:5], atol=5e-7
    )


def test_bin_distances__middles_of_bins():
    distances = bin_distances(1000, 200)
    assert (distances[0], distances[-1], distances[1] - distances[0]) == (-99_900, 99_900, 200)


def test_exp_basis__features_of_a_basis_lie_together():
    basis = ExpBasis(np.array([[1.0, 0, 2], [0, 1, 0]]))
    x = torch.arange(12.0).view(1, 3, 4)
    expected = torch.cat([x[0, 0] + 2 * x[0, 2], x[0, 1]])
    torch.testing.assert_close(basis(x)[0], expected.double())
