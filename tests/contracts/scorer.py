"""What every scorer holds, whatever its formula."""

import numpy as np
from tests.variants.toy import random_predictions

from senformer.variants.scorer import Scorer


def check_scorer(scorer: Scorer) -> None:
    """Run the whole contract on predictions of 5 bins and 3 tracks, and of 1 bin and 2 tracks."""
    assert scorer.name.isidentifier()
    assert scorer.formula
    assert scorer.unit
    for n_bins, n_tracks in ((5, 3), (1, 2)):
        ref, alt = (random_predictions(n_bins, n_tracks, seed) for seed in (1, 2))
        check_identity(scorer, ref)
        check_swap(scorer, ref, alt)
        check_tracks_are_independent(scorer, ref, alt)
        check_inputs_are_left_alone(scorer, ref, alt)


def check_identity(scorer: Scorer, ref: np.ndarray) -> None:
    """Equal alleles score exactly 0 on every track."""
    np.testing.assert_array_equal(scorer(ref, ref.copy()), np.zeros(ref.shape[1]))


def check_swap(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """Exchanging the alleles flips the sign of a signed score and keeps an unsigned one."""
    forth, back = scorer(ref, alt), scorer(alt, ref)
    assert (forth != 0).all()
    np.testing.assert_array_equal(back, -forth if scorer.is_signed else forth)
    if scorer.is_signed:
        assert (scorer(ref, ref + 1) > 0).all(), "a more active ALT must score above 0"


def check_tracks_are_independent(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """A track's score depends on that track alone."""
    together = scorer(ref, alt)
    alone = [scorer(ref[:, [track]], alt[:, [track]])[0] for track in range(ref.shape[1])]
    np.testing.assert_allclose(alone, together, rtol=1e-12)


def check_inputs_are_left_alone(scorer: Scorer, ref: np.ndarray, alt: np.ndarray) -> None:
    """Neither array is changed."""
    before = ref.copy(), alt.copy()
    scorer(ref, alt)
    np.testing.assert_array_equal(before[0], ref)
    np.testing.assert_array_equal(before[1], alt)
