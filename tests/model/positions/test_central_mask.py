import numpy as np
import torch

from senformer.model.positions.central_mask import position_features


def _distances(n_bins):
    return torch.arange(-(n_bins - 1), n_bins, dtype=torch.float64)


def test_position_features__widths():
    # (15 + 1) ** (k / 4) - 1 for k = 1..4: masks up to distances 0, 2, 6 and 14.
    features = position_features(_distances(15), 8, 15)
    plain, signed = features[:, :4], features[:, 4:]
    assert features.dtype == torch.float64
    distance = np.abs(np.arange(-14, 15))
    for column, width in enumerate((1, 3, 7, 15)):
        np.testing.assert_array_equal(plain[:, column], distance < width)
    assert torch.equal(signed, torch.arange(-14, 15).sign()[:, None] * plain)


def test_position_features__nothing_beyond_the_basis():
    features = position_features(_distances(33), 6, 20)
    assert not features[:13].any()
    assert bool(features[13].any())


def test_position_features__published_widths():
    # Distances with a one, for the 1,024 positions and 16 masks of the published small model.
    plain = position_features(_distances(1024), 32, 1024)[1023:, :16]
    widths = [1025 ** (k / 16) - 1 for k in range(1, 17)]
    assert plain.sum(dim=0).tolist() == [np.ceil(width) for width in widths[:-1]] + [1024]
