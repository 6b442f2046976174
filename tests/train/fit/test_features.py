import numpy as np
import pytest
import torch
from tests.train.fit.bank import bank_section, starts_dataset

from senformer.core.errors import OutputError
from senformer.dataset.loader import eval_windows
from senformer.model import create_model
from senformer.train.fit import features as module
from senformer.train.fit.features import features_plan, read_features
from senformer.train.fit.kept import Kept


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    dataset = starts_dataset(folder)
    torch.manual_seed(1)
    section = {k: v for k, v in bank_section("mentr", folder).items() if k != "name"}
    model = create_model("mentr", **section, window_bp=60, heads={"toy": 1}).eval()
    return model, dataset, eval_windows(dataset, "train")


def test_read_features__the_embedding_of_every_row(world, tmp_path):
    model, dataset, windows = world
    plan = features_plan(*world)
    found = read_features(*world, Kept(tmp_path / "f", plan), "cpu")
    codes = torch.from_numpy(dataset.read_inputs(windows["row"].to_numpy())["sequence"])
    with torch.no_grad():
        expected = model.embed(codes)[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_read_features__goes_on_after_a_kill(world, tmp_path, monkeypatch):
    plan, compute, seen = features_plan(*world), module._compute, []

    def stops(*arguments):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(len(arguments[2]))
        return compute(*arguments)

    monkeypatch.setattr(module, "_compute", stops)
    with pytest.raises(KeyboardInterrupt):
        read_features(*world, Kept(tmp_path / "f", plan), "cpu")
    assert seen == [16, 16]
    seen.clear()
    found = read_features(*world, Kept(tmp_path / "f", plan), "cpu")
    assert (seen, len(found)) == ([16], 48)
    monkeypatch.setattr(module, "_compute", lambda *arguments: pytest.fail("computed again"))
    np.testing.assert_array_equal(read_features(*world, Kept(tmp_path / "f", plan), "cpu"), found)


def test_features_plan__of_bank_and_rows(world, tmp_path):
    model, dataset, windows = world
    plan = features_plan(*world)
    assert features_plan(model, dataset, windows.iloc[1:]) != plan
    Kept(tmp_path / "f", plan)
    other = create_model("mentr", **model.config.model_dump(exclude={"crop_bins"})).eval()
    with pytest.raises(OutputError, match="other layers_sha256"):
        Kept(tmp_path / "f", features_plan(other, dataset, windows))
