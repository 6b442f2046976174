import pytest
import torch

from senformer.model import create_model
from senformer.model.zoo.deepgrn import DEEPGRN

# The released models of these factors.
SIZES = {
    "foxa1": 192_897,
    "egr1_pair": 324_353,
    "egr1_single": 316_225,
    "foxa2": 100_225,
    "hnf4a": 134_657,
    "max": 100_801,
    "nanog": 95_809,
    "rest": 127_105,
}


@pytest.mark.parametrize("variant", SIZES)
def test_deepgrn__sizes_of_released_models(variant):
    with torch.device("meta"):
        model = create_model("deepgrn", **DEEPGRN.variants[variant])
    assert model.card.parameters == SIZES[variant]


def test_deepgrn__layer_behind_channel_attention_begins_as_published():
    torch.manual_seed(0)
    seen = create_model("deepgrn").layers[0].layers[6].conv.weight.detach()
    assert seen.shape == (128, 128, 1)
    # Glorot's normal reaches 2.27 deviations, his uniform 1.73.
    assert 2.2 < float(seen.abs().max() / seen.std()) < 2.4


@pytest.mark.parametrize("combine", ["mean_probability", "max"])
@pytest.mark.parametrize("attention", ["channel", "vector", "pair"])
def test_deepgrn__both_strands_alike(attention, combine):
    torch.manual_seed(0)
    sizes = {"channels": 5, "width": 4, "hidden": 3, "dense": 6, "signals": 2, "meta": 3}
    model = create_model("deepgrn", window_bp=20, attention=attention, combine=combine, **sizes).eval()
    codes = torch.randint(0, 4, (2, 20), dtype=torch.uint8)
    signals, meta = torch.randn(2, 20, 2), torch.randn(2, 3)
    given = {"sequence": codes, "signals": signals, "meta": meta}
    found = model(given)["factor"]
    turned = {"sequence": 3 - codes.flip(1), "signals": signals.flip(1), "meta": meta}
    torch.testing.assert_close(model(turned)["factor"], found)
    # Every input counts.
    for other in ({"signals": signals + 1}, {"meta": meta + 1}):
        assert not torch.allclose(model(given | other)["factor"], found)
