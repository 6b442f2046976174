import torch

from senformer.model import create_model


def test_define_cnn__sizes():
    with torch.device("meta"):
        model = create_model("define_cnn")
    # 128 kernels of 4 * 24 values and a bias; two strands' maxima and means into 128 units; two outputs.
    assert model.card.parameters == 128 * 97 + 128 * (4 * 128 + 1) + 2 * 129
    assert (model.window_bp, model.config.activation) == (300, "linear")


def test_define_cnn__reads_both_strands():
    torch.manual_seed(0)
    model = create_model("define_cnn", window_bp=15, channels=3, width=4, dense=5).eval()
    codes = torch.randint(0, 4, (2, 15), dtype=torch.uint8)
    forward, reverse = (model.layers[0](model._bases(x)) for x in (codes, 3 - codes.flip(1)))
    torch.testing.assert_close(forward, reverse.flip(1))
