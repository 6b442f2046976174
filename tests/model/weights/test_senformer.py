import pytest
import torch
from tests.model.toy import random_codes, small_model
from tests.model.zoo.test_gkm_svm import random_machine

from senformer.core.errors import DataError
from senformer.model.weights import senformer
from senformer.model.weights.adopt import adopt


@pytest.fixture
def saved(tmp_path):
    model = small_model()
    model.card.licence = "CC0-1.0"
    model.card.heads = model.card.heads | {"mouse": [{"name": "liver"}, {"name": "heart"}]}
    model.save(tmp_path / "run" / "model")
    return model, tmp_path / "run"


@pytest.mark.parametrize("name", [".", "model"])
def test_read__a_run_or_its_model(saved, name):
    model, run = saved
    assert senformer.matches(run / name)
    foreign = senformer.read(run / name)
    adopted = adopt(foreign, str(run))
    assert adopted.config == model.config
    assert adopted.card.licence == "CC0-1.0"
    assert [track["name"] for track in adopted.card.heads["mouse"]] == ["liver", "heart"]
    assert adopted.card.source["format"] == "senformer"
    codes = random_codes(2, 8 * 40)
    with torch.no_grad():
        assert torch.equal(adopted(codes)["human"], model(codes)["human"])


def test_read__integers_are_weights_of_fitted_models(tmp_path):
    random_machine().save(tmp_path / "svm")
    adopted = adopt(senformer.read(tmp_path / "svm"), "svm")
    assert torch.equal(adopted.support, random_machine().support)


def test_read__damaged_weights(saved):
    _, run = saved
    weights = run / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(DataError, match="is damaged"):
        senformer.read(run)


def test_read__weights_that_are_none(tmp_path):
    model = small_model()
    model.tower[0].norm.running_var[0] = -1
    model.save(tmp_path / "m")
    with pytest.raises(
        DataError, match=r"tensor 'tower\.0\.norm\.running_var' is a variance and holds -1, below"
    ):
        senformer.read(tmp_path / "m")


def test_matches__nothing_else(tmp_path):
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "config.json").touch()
    assert not senformer.matches(tmp_path)
    assert not senformer.matches(tmp_path / "none")


def test_read__an_earlier_conversion_stays_on_record(tmp_path):
    model = small_model()
    model.card.source = {"format": "tensorflow"}
    model.save(tmp_path / "m")
    assert senformer.read(tmp_path / "m").provenance["source"] == {"format": "tensorflow"}
