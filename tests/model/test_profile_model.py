import torch

from senformer.model import create_model, load_model


def test_profile_model__golden_outputs_prove_the_whole_width_of_a_profile(tmp_path):
    torch.manual_seed(0)
    sizes = {"channels": 4, "width": 5, "dilations": [2], "heads": {"a": 2}, "window_bp": 64}
    create_model("bpnet", **sizes).save(tmp_path / "m")
    model = load_model(tmp_path / "m", verify=True)
    outer = model.heads["a"].profile.weight
    with torch.no_grad():
        outer[:, :, [0, -1]] += 1.0
    model.save(tmp_path / "other")
    assert (
        load_model(tmp_path / "other").card.golden["outputs"]
        != load_model(tmp_path / "m").card.golden["outputs"]
    )
