import torch

from senformer.model import create_model


def test_basenji__published_size():
    with torch.device("meta"):
        model = create_model("basenji")
    counts = {"conv": 0, "norm": 0, "heads": 0}
    for name, parameter in model.named_parameters():
        counts[next(part for part in counts if part in name)] += parameter.numel()
    assert counts == {"conv": 9_403_890, "norm": 9_932, "heads": 5_776_814}
    assert model.card.parameters == 15_190_636
    codes = torch.empty(1, 131_072, dtype=torch.uint8, device="meta")
    assert model.eval()(codes)["human"].shape == (1, 960, 4229)


def test_basenji__dilated_layers_stand_beside_one_another():
    with torch.device("meta"):
        model = create_model("basenji")
        x = model.layers[6](torch.empty(1, 1024, 717))
    assert x.shape == (1, 1024, 717 + 108)
    assert [layer[0].conv.dilation for layer in model.layers[6:12]] == [2, 4, 8, 16, 32, 64]
