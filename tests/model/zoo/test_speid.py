import torch

from senformer.model import create_model
from senformer.model.zoo.speid import SPEID


def test_speid__published_sizes():
    with torch.device("meta"):
        model = create_model("speid")
        early = create_model("speid", **SPEID.variants["early"])
    assert (model.card.parameters, early.card.parameters) == (19_848_603, 50_436_179)
    # 148 positions of the enhancer and 98 of the promoter.
    assert model.layers[6].linear.weight.shape == (800, 246 * 100)
    names = [[name for name, _ in one.branches["promoter"].named_children()] for one in (model, early)]
    assert names == [["conv", "act", "pool"], ["conv", "pool"]]
