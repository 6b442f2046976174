import pytest
import torch
from tests.model.test_sequence_model import MODELS
from tests.model.toy import random_codes, small_model

from senformer.core.errors import ConfigError
from senformer.model.trunk_model import TrunkModel, as_trunk, no_transformer


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]()


def test_trunk_model__bins_are_the_transformers(model):
    assert isinstance(model, TrunkModel)
    assert model.coarse_bp % model.bin_bp == 0
    with torch.no_grad():
        bins = model.bins(random_codes(2, 3 * model.coarse_bp))
        assert bins.shape[:2] == (2, 3)
        assert model.transform(bins, 0).shape[1] == 3 * model.coarse_bp // model.bin_bp


def test_as_trunk__what_has_a_transformer_and_what_has_none():
    model = small_model(n_layers=0)
    assert as_trunk(model, "extend", "Leave it.") is model
    fault = no_transformer("deepstarr", "extend", "Leave it.")
    assert isinstance(fault, ConfigError)
    assert (
        fault.line == "error[E574]: extend: needs a model with a transformer, deepstarr has none. Leave it."
    )
