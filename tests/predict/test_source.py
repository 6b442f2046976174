from pathlib import Path

import pytest
from tests.predict.toy import ToyModel

import senformer
from senformer.core.errors import ConfigError, DataError, MissingInputError
from senformer.predict.source import find_model, identify_model, load_run_model, pick_head


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    sizes = {"channels": 8, "channel_divisor": 4, "n_layers": 1, "n_heads": 2, "key_size": 2}
    model = senformer.create_model(
        "enformer",
        **sizes,
        n_conv_blocks=1,
        n_position_features=6,
        window_bp=64,
        crop_bins=1,
        heads={"fly": 3},
    )
    model.save(folder / "model")
    return folder


def test_find_model__a_run_and_its_model_folder(run):
    assert find_model(run) == find_model(run / "model") == run / "model"


def test_load_run_model__same_model_either_way(run):
    one, other = load_run_model(run), load_run_model(run / "model", verify=True)
    assert identify_model(one) == identify_model(other)


def test_find_model__no_such_folder(tmp_path):
    with pytest.raises(MissingInputError, match="absent: no such folder"):
        find_model(tmp_path / "absent")


def test_find_model__neither_a_run_nor_a_model(tmp_path):
    with pytest.raises(MissingInputError, match=r"neither a run .* nor a model folder"):
        find_model(tmp_path)


def test_find_model__an_unfinished_run(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(DataError, match=r"training has not finished.*--resume"):
        find_model(tmp_path)


def test_pick_head__the_only_one_or_the_one_asked_for():
    model = ToyModel()
    assert pick_head(model, None) == pick_head(model, "toy") == "toy"


def test_pick_head__unknown_or_several():
    model = ToyModel()
    with pytest.raises(ConfigError, match="has no head 'tyo'; it has: toy"):
        pick_head(model, "tyo")
    model.config = model.config.model_copy(update={"heads": {"human": 5, "mouse": 2}})
    with pytest.raises(ConfigError, match=r"has several heads; it has: human, mouse\. Choose one"):
        pick_head(model, None)


def test_identify_model__one_changed_weight_is_another_model(run):
    model = load_run_model(run)
    before = identify_model(model)
    next(model.parameters()).data.flatten()[0] += 1
    after = identify_model(model)
    assert before["config"] == after["config"]
    assert before["weights_sha256"] != after["weights_sha256"]
