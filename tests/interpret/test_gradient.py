import numpy as np
import pytest
import torch
from tests.model.toy import small_model
from tests.model.zoo.test_gkm_svm import random_machine
from tests.oracles import finite_differences

from senformer.core.errors import ConfigError, DataError
from senformer.interpret.gradient import input_gradient, times_input
from senformer.predict.predictor import Predictor

N_TRACKS = 4


@pytest.fixture(scope="module")
def model():
    model = small_model(heads={"toy": N_TRACKS}, crop_bins=0).eval()
    # Tracks 1 and 2 are the strands of one experiment.
    model.card.heads = {"toy": [{"name": str(n), "strand_pair": pair} for n, pair in enumerate((0, 2, 1, 3))]}
    return model


def random_codes(model, n=1, seed=1):
    return np.random.default_rng(seed).integers(0, 5, (n, model.window_bp)).astype(np.uint8)


def random_weights(model, seed=2):
    n_bins = model.window_bp // model.bin_bp
    return np.random.default_rng(seed).normal(size=(n_bins, N_TRACKS)).astype(np.float32)


def test_input_gradient__equals_small_steps_with_both_strands(model):
    codes, weights = random_codes(model), random_weights(model)
    found = input_gradient(Predictor(model, device="cpu"), codes, "toy", weights)
    assert found.shape == (1, model.window_bp, 4)
    places = [0, 1, model.window_bp // 2, model.window_bp - 1, int(np.flatnonzero(codes[0] == 4)[0])]
    slow = finite_differences.gradient(model, codes[0], "toy", weights, [0, 2, 1, 3], places)
    np.testing.assert_allclose(found[0, places], slow, rtol=2e-3, atol=1e-3 * np.abs(slow).max())
    assert np.abs(slow).min() > 0


def test_input_gradient__of_the_reverse_complement_is_turned(model):
    codes, weights = random_codes(model), random_weights(model)
    predictor = Predictor(model, device="cpu")
    found = input_gradient(predictor, codes, "toy", weights)
    turned = np.where(codes[:, ::-1] < 4, 3 - codes[:, ::-1], 4).astype(np.uint8)
    other = input_gradient(predictor, turned, "toy", weights[::-1][:, [0, 2, 1, 3]].copy())
    np.testing.assert_allclose(other[0, ::-1, ::-1], found[0], rtol=1e-4, atol=1e-6)


def test_input_gradient__rows_are_independent_and_leave_the_model_as_it_was(model):
    codes, weights = random_codes(model, 2), random_weights(model)
    predictor = Predictor(model, device="cpu", strands="forward")
    model.train()
    try:
        found = input_gradient(predictor, codes, "toy", weights)
        assert model.training
    finally:
        model.eval()
    np.testing.assert_array_equal(found[1:], input_gradient(predictor, codes[1:], "toy", weights))
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())


def test_input_gradient__shifts_and_infinite_gradients_are_refused(model):
    codes, weights = random_codes(model), random_weights(model)
    with pytest.raises(ValueError, match="must not average shifts"):
        input_gradient(Predictor(model, device="cpu", shifts_bp=(0, 1)), codes, "toy", weights)
    broken = small_model(heads={"toy": N_TRACKS}, crop_bins=0)
    with torch.no_grad():
        broken.heads["toy"].weight.fill_(float("nan"))
    with pytest.raises(DataError, match="not finite"):
        input_gradient(Predictor(broken, device="cpu"), codes, "toy", weights)


def test_input_gradient__of_a_model_that_has_none():
    model = random_machine()
    with pytest.raises(ConfigError, match=r"model gkm_svm: has no gradient: it is made of trees or words\."):
        input_gradient(Predictor(model, device="cpu"), random_codes(model), "cells", np.ones((1, 2)))


def test_times_input__keeps_the_base_that_stands_there():
    gradient = np.array([[1, 2, 3, 6], [1, 2, 3, 6], [1, 2, 3, 6]], dtype=np.float32)
    codes = np.array([0, 3, 4], dtype=np.uint8)
    np.testing.assert_array_equal(times_input(gradient, codes), [-2, 3, 0])
    np.testing.assert_array_equal(times_input(gradient, codes, center=False), [1, 6, 0])
    np.testing.assert_array_equal(times_input(gradient[None], codes[None], center=False), [[1, 6, 0]])
