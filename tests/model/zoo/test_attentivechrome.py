import pytest
import torch

from senformer.model import create_model
from senformer.model.zoo.attentivechrome import ATTENTIVECHROME


def test_attentivechrome__published_sizes():
    with torch.device("meta"):
        model = create_model("attentivechrome")
        first = create_model("attentivechrome", **ATTENTIVECHROME.variants["first_version"])
    # Five encoders of 8,768 values are in both; of the first version 2 * 321 are in its head.
    assert (model.card.parameters, first.card.parameters) == (54_273, 5 * 8_768 + 642)


@pytest.mark.parametrize(("variant", "levels"), [(None, ["bins", "marks"]), ("first_version", ["bins"])])
def test_attentivechrome__attention_is_what_the_prediction_weighs(variant, levels):
    torch.manual_seed(0)
    sizes = {"n_bins": 10, "window_bp": 1000, "n_signals": 3, "hidden": 4}
    model = create_model("attentivechrome", **ATTENTIVECHROME.variants.get(variant, {}), **sizes)
    signals = torch.rand(2, 10, 3)
    found = model.attention({"signals": signals})
    assert list(found) == levels
    assert found["bins"].shape == (2, 10, 3)
    for name in levels:
        torch.testing.assert_close(found[name].sum(dim=1), torch.ones(found[name].sum(dim=1).shape))
    assert model.training
