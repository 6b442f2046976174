import numpy as np
import pytest
from tests.model.toy import small_model
from tests.model.zoo.test_gkm_svm import random_machine

from senformer.interpret.ism import mean_drop, mutagenesis
from senformer.predict.predictor import Predictor

N_TRACKS = 3


@pytest.fixture(scope="module")
def model():
    return small_model(heads={"toy": N_TRACKS}, crop_bins=0).eval()


def random_codes(model, seed=1):
    return np.random.default_rng(seed).integers(0, 4, model.window_bp).astype(np.uint8)


@pytest.mark.parametrize("strands", ["forward", "both"])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_mutagenesis__equals_whole_predictions_one_by_one(model, strands, batch_size):
    codes = random_codes(model)
    codes[101] = 4
    weights = np.random.default_rng(2).normal(size=(model.window_bp // model.bin_bp, N_TRACKS))
    predictor = Predictor(model, device="cpu", strands=strands, batch_size=batch_size)
    places = range(99, 103)
    found = mutagenesis(predictor, codes, "toy", weights, places)
    before = predictor.predict(codes[None], "toy")[0]
    scale = float(np.abs(before).sum())
    for row, at in enumerate(places):
        for base in range(4):
            other = codes.copy()
            other[at] = base
            slow = ((predictor.predict(other[None], "toy")[0] - before).astype(float) * weights).sum()
            assert found[row, base] == pytest.approx(slow, abs=1e-5 * scale)
            assert (found[row, base] == 0) == (codes[at] == base)


def test_mutagenesis__of_a_model_without_a_gradient():
    model = random_machine()
    predictor = Predictor(model, device="cpu")
    codes = random_codes(model)
    found = mutagenesis(predictor, codes, "cells", np.array([[1.0, 0.0]]))
    other = codes.copy()
    other[20] = (codes[20] + 1) % 4
    slow = np.diff(predictor.predict(np.stack([codes, other]), "cells")[:, 0, 0])[0]
    assert found[20, other[20]] == pytest.approx(slow, rel=1e-4)
    assert ((found != 0).sum(axis=1) == 3).mean() > 0.9


def test_mutagenesis__of_some_places():
    model = random_machine()
    predictor, codes = Predictor(model, device="cpu"), random_codes(model)
    weights = np.array([[1.0, 0.0]])
    every = mutagenesis(predictor, codes, "cells", weights)
    np.testing.assert_allclose(mutagenesis(predictor, codes, "cells", weights, [30, 7]), every[[30, 7]])


def test_mean_drop__of_the_base_that_stands_there():
    changes = np.array([[0, -1, -2, 6], [-3, -3, -3, 0], [1, 2, 3, 4]], dtype=np.float32)
    # -(-1 - 2 + 6) / 3, 9 / 3, and nothing stands at an N.
    np.testing.assert_array_equal(mean_drop(changes, np.array([0, 3, 4], dtype=np.uint8)), [-1, 3, 0])


def test_mutagenesis__a_place_outside_is_an_error(model):
    predictor = Predictor(model, device="cpu")
    with pytest.raises(ValueError, match="places range"):
        mutagenesis(predictor, random_codes(model), "toy", np.ones((1, N_TRACKS)), range(-1, 3))
