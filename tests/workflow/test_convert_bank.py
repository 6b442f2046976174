import numpy as np
import pytest
import torch
from tests.model.weights.gblinear_files import write_dump
from tests.model.zoo.small import SMALL
from tests.model.zoo.test_gkm_svm import random_machine

from senformer.core.errors import DataError, UsageError
from senformer.model import create_model, load_model
from senformer.workflow.convert import ConvertConfig, convert


@pytest.fixture
def bank(tmp_path):
    torch.manual_seed(2)
    sizes = {**SMALL["expecto"]["bank"]["sizes"], "window_bp": 200}
    create_model("deepsea", **sizes).eval().save(tmp_path / "bank")
    return tmp_path / "bank"


def lines(folder, n_features=6):
    weights = np.random.default_rng(4).normal(size=(10, n_features)).astype(np.float32)
    (folder / "dumps").mkdir()
    write_dump(folder / "dumps", "Liver", 0.25, weights, is_older=True)
    return weights


def test_convert__lines_and_their_bank(bank, tmp_path):
    weights = lines(tmp_path)
    told = convert(tmp_path / "dumps", tmp_path / "m", ConvertConfig(bank=bank))
    assert (told["format"], told["model"], told["window_bp"]) == ("gblinear", "expecto", 40_000)
    model, source = load_model(tmp_path / "m", verify=True), load_model(bank)
    assert model.card.heads["tissues"][0]["name"] == "Liver"
    bases = torch.eye(4)[torch.randint(0, 4, (1, 40_000))]
    windows = bases[0].reshape(200, 200, 4).transpose(1, 2)
    with torch.no_grad():
        both = (source(windows)["human"] + source(windows.flip(1, 2))["human"])[:, 0].double() / 2
        found = model(bases.transpose(1, 2))["tissues"].item()
    expected = 2.25
    for place, values in enumerate(both.numpy()):
        distance = (place - 99.5) * 200
        for number, rate in enumerate((0.01, 0.02, 0.05, 0.1, 0.2)):
            share = np.exp(-rate * np.floor(abs(distance) / 200))
            expected += share * values @ weights[number + 5 * (distance > 0)]
    assert found == pytest.approx(expected, rel=1e-5)
    # What is a model of ours has its bank.
    again = convert(tmp_path / "m", tmp_path / "again", ConvertConfig())
    assert again["format"] == "senformer"


def test_convert__a_bank_that_is_missing_wrong_or_not_needed(bank, tmp_path):
    lines(tmp_path, n_features=5)
    with pytest.raises(UsageError, match="holds lines over what a bank predicts, and no bank"):
        convert(tmp_path / "dumps", tmp_path / "m", ConvertConfig())
    with pytest.raises(DataError, match="has 50 weights a line, the bank's predictions ask for 60"):
        convert(tmp_path / "dumps", tmp_path / "m", ConvertConfig(bank=bank))
    random_machine().save(tmp_path / "svm")
    with pytest.raises(UsageError, match="need none"):
        convert(tmp_path / "svm", tmp_path / "m", ConvertConfig(bank=bank))
    assert not (tmp_path / "m").exists()
