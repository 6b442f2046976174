import numpy as np
import pytest
from tests.predict.delta.models import ATTENTION, enformer

from senformer.predict.delta.sight import Sight


def pairs_of(attention, n_bins, hubs):
    """Return which positions see which, pair by pair."""
    n = n_bins + attention.n_tokens
    sees = np.zeros((n, n), dtype=bool)
    for head in range(attention.sizes.n_heads if attention.per_head else 1):
        pattern = attention.pattern(n_bins, hubs, head)
        for query, key in pattern.pairs:
            low, high = query * pattern.block_bins, key * pattern.block_bins
            block = np.ix_(
                range(low, min(low + pattern.block_bins, n_bins)),
                range(high, min(high + pattern.block_bins, n_bins)),
            )
            sees[block] = True
        sees[pattern.global_bins] = True
        sees[:, pattern.global_bins] = True
    sees[n_bins:] = True
    sees[:, n_bins:] = True
    return sees


@pytest.mark.parametrize("hubs", [None, [5, 20]])
@pytest.mark.parametrize("kind", ATTENTION)
def test_sight__equals_pair_by_pair(kind, hubs):
    attention = enformer(kind).transformer[1].attention
    hubs = None if hubs is None or not attention.takes_global_bins else np.array(hubs)
    sees, sight = pairs_of(attention, 31, hubs), Sight(attention, 31, hubs)
    for chosen in ([], [0], [17], [5, 30], [20], range(31, len(sees))):
        mask = np.zeros(len(sees), dtype=bool)
        mask[list(chosen)] = True
        np.testing.assert_array_equal(sight.seen_from(mask), sees[mask].any(axis=0))
        np.testing.assert_array_equal(sight.seeing(mask), sees[:, mask].any(axis=1))
