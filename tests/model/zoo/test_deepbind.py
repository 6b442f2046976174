import pytest
import torch

from senformer.model import create_model
from senformer.model.zoo.deepbind import DEEPBIND

SIZES = {
    # 16 detectors of 4 * length values and a threshold, then 16 or 32 features: 17 or 33 values without a
    # hidden layer, 32 * (features + 1) + 33 with one of 32 units.
    (20, "max", 0): 1_313,
    (24, "max", 0): 1_569,
    (24, "max", 32): 2_129,
    (16, "max_mean", 32): 2_129,
    (14, "max", 0): 929,
    (36, "max", 32): 2_897,
}


@pytest.mark.parametrize(("motif_bp", "pooling", "hidden"), SIZES)
def test_deepbind__sizes_of_released_models(motif_bp, pooling, hidden):
    with torch.device("meta"):
        model = create_model("deepbind", motif_bp=motif_bp, pooling=pooling, hidden=hidden)
    assert model.card.parameters == SIZES[motif_bp, pooling, hidden]


def test_deepbind__variants():
    with torch.device("meta"):
        sizes = {key: create_model("deepbind", **given) for key, given in DEEPBIND.variants.items()}
    assert {key: model.card.parameters for key, model in sizes.items()} == {
        "hidden": 2_129,
        "selex": 1_313,
        "chip": 1_585,
        "rnacompete": 2_129,
    }


def model_of(**sizes):
    torch.manual_seed(0)
    model = create_model("deepbind", window_bp=15, motif_bp=4, channels=3, heads={"p": 2}, **sizes)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    return model.eval()


@pytest.mark.parametrize("stretch_bp", [None, 6])
@pytest.mark.parametrize("hidden", [0, 5])
def test_deepbind__both_strands_alike(hidden, stretch_bp):
    model = model_of(hidden=hidden, stretch_bp=stretch_bp, pooling="max_mean")
    codes = torch.randint(0, 4, (7, 15), dtype=torch.uint8)
    torch.testing.assert_close(model(codes)["p"], model(3 - codes.flip(1))["p"])
    one = model_of(hidden=hidden, stretch_bp=stretch_bp, pooling="max_mean", both_strands=False)
    assert not torch.allclose(one(codes)["p"], one(3 - codes.flip(1))["p"])


def test_deepbind__a_stretch_of_the_whole_window_is_the_window():
    codes = torch.randint(0, 5, (7, 15), dtype=torch.uint8)
    torch.testing.assert_close(model_of(stretch_bp=15)(codes)["p"], model_of()(codes)["p"])


@pytest.mark.parametrize("stretch_bp", [None, 6])
@pytest.mark.parametrize("both_strands", [True, False])
def test_deepbind__padding_is_not_read(both_strands, stretch_bp):
    sizes = {"both_strands": both_strands, "stretch_bp": stretch_bp, "pooling": "max_mean", "hidden": 5}
    codes = torch.full((4, 15), 4, dtype=torch.uint8)
    codes[1:] = torch.randint(0, 4, (3, 15), dtype=torch.uint8)
    left, right = codes.clone(), codes.clone()
    for row, n_bases in enumerate([0, 3, 9, 14]):
        left[row, n_bases:] = 4
        right[row] = left[row].roll(15 - n_bases)
    model = model_of(**sizes)
    torch.testing.assert_close(model(left)["p"], model(right)["p"])
    alone = create_model("deepbind", window_bp=9, motif_bp=4, channels=3, heads={"p": 2}, **sizes).eval()
    alone.load_state_dict(model.state_dict())
    torch.testing.assert_close(model(left)["p"][2:3], alone(left[2:3, :9])["p"])
