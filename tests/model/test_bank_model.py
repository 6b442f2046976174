import torch

from senformer.model import create_model
from senformer.model.bank_model import make_bank


def test_make_bank__predicts_around_every_bin():
    sizes = {"window_bp": 40, "crop_bins": 0, "heads": {"a": 3}, "channels": [5, 4], "width": 4, "pool": 2}
    model = create_model("deepsea", **sizes, dense=7).eval()
    bases = torch.eye(4)[torch.randint(0, 4, (2, 60))]
    windows = [bases[:, start : start + 40].transpose(1, 2) for start in (0, 10, 20)]
    expected = torch.stack([model(window)["a"][:, 0] for window in windows], dim=1)
    bank = make_bank(model, 10)
    torch.testing.assert_close(bank(bases), expected)
    assert not list(bank.parameters())
