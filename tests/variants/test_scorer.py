import numpy as np
import pytest

from senformer.core.errors import ConfigError
from senformer.core.tables import choose
from senformer.variants.scorer import Scorer
from senformer.variants.scorers import SCORERS


def test_scorer__computes_in_float64():
    seen = []
    scorer = Scorer("X", "x", "x", False, lambda ref, alt: seen.append(ref.dtype) or ref[0])
    scorer(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32))
    assert seen == [np.float64]


def test_scorers__names_are_keys():
    assert {scorer.name: scorer for scorer in SCORERS.values()} == SCORERS


def test_scorers__unknown_name_is_told():
    with pytest.raises(ConfigError, match="no scorer is called 'SAT'"):
        choose(SCORERS, "SAT", "scorer")
