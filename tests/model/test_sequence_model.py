import pytest
import torch
from tests.model.baskerville.toy import small_baskerville
from tests.model.toy import random_codes, small_model

from senformer.core.errors import DataError
from senformer.model.sequence_model import SequenceModel

MODELS = {"senformer": small_model, "baskerville": small_baskerville}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]()


def test_sequence_model__what_every_model_says_of_itself(model):
    assert isinstance(model, SequenceModel)
    n_bins = model.window_bp // model.bin_bp - 2 * model.crop_bins
    assert model(random_codes(1, model.window_bp))["human"].shape == (1, n_bins, 5)
    assert model.card.parameters == sum(p.numel() for p in model.parameters())
    assert next(iter(model.inputs)) == "sequence"


def test_sequence_model__unknown_head(model):
    with pytest.raises(DataError, match=r"no head 'humna'. Did you mean 'human'\?"):
        model(random_codes(1, model.window_bp), heads=["humna"])


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_sequence_model__a_linear_head_gives_values_of_either_sign(make):
    torch.manual_seed(1)
    linear = make(activation="linear")
    positive = make()
    positive.load_state_dict(linear.state_dict())
    codes = random_codes(2, linear.window_bp)
    with torch.no_grad():
        raw, found = linear.eval()(codes)["human"], positive.eval()(codes)["human"]
    assert raw.min() < 0
    torch.testing.assert_close(found, torch.nn.functional.softplus(raw))
