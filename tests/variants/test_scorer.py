from dataclasses import replace

import numpy as np
import pytest
from tests.variants.toy import random_predictions

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.variants.scorer import Prediction, Scorer
from senformer.variants.scorers import SCORERS


def test_scorer__any_function_of_two_predictions():
    scorer = Scorer("X", "x", "x", False, lambda ref, alt: (alt.bins - ref.bins).max(axis=0).astype(float))
    ref, alt = (Prediction(random_predictions(5, 3, seed)) for seed in (1, 2))
    np.testing.assert_array_equal(scorer(ref, alt), (alt.bins - ref.bins).max(axis=0))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"name": ""}, "needs a name"),
        ({"domain": "positive"}, "domain is 'positive'; allowed are signal, probability, any"),
        ({"kind": "size"}, "kind is 'size'; allowed are effect, shape, level"),
    ],
)
def test_scorer__refuses_what_cannot_be(fault, told):
    with pytest.raises(ValueError, match=told):
        replace(SCORERS["SAD"], **fault)


def test_scorer__a_function_that_sums_over_tracks_is_refused():
    own = replace(SCORERS["SAD"], name="mine", function=lambda ref, alt: alt.bins.sum() - ref.bins.sum())
    ref, alt = (Prediction(random_predictions(5, 3, seed)) for seed in (1, 2))
    with pytest.raises(ValueError, match=r"mine gives values of shape \(\); of 3 tracks it must be one each"):
        own(ref, alt)


def test_prediction__summed_once_in_float64():
    bins = np.full((4, 1), 2.0**24, dtype=np.float32)
    bins[0] += 2
    prediction = Prediction(bins)
    assert prediction.total.tolist() == [2.0**26 + 2]  # float32 there steps by 8
    for scorer in SCORERS.values():
        scorer(prediction, prediction)
    assert prediction.total is prediction.total
    assert not prediction.total.flags.writeable


def test_scorers__unknown_name_is_told():
    with pytest.raises(ConfigError, match="no scorer is called 'SAT'"):
        choose(SCORERS, "SAT", "scorer")
