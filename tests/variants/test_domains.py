import json

import pytest

from senformer.core.errors import ConfigError
from senformer.variants.domains import choose_scorers
from senformer.variants.scorers import SCORERS


def model_folder(tmp_path, activation):
    config = {"format": 1, "name": "toy", "config": {"activation": activation}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("activation", "names"),
    [("softplus", ["SAD", "SAR"]), ("linear", ["SAD"]), ("sigmoid", ["SAD", "log_odds"])],
)
def test_choose_scorers__by_itself_those_that_fit(tmp_path, activation, names):
    assert [scorer.name for scorer in choose_scorers([model_folder(tmp_path, activation)], None)] == names


@pytest.mark.parametrize(
    ("activation", "allowed"),
    [("softplus", {"any", "signal"}), ("linear", {"any"}), ("sigmoid", {"any", "signal", "probability"})],
)
def test_choose_scorers__of_another_domain_are_refused(tmp_path, activation, allowed):
    folder = model_folder(tmp_path, activation)
    for name, scorer in SCORERS.items():
        if scorer.domain in allowed:
            assert choose_scorers([folder], [name]) == [scorer]
        else:
            with pytest.raises(ConfigError, match="the model predicts"):
                choose_scorers([folder], [name])


def test_choose_scorers__each_once(tmp_path):
    assert [
        one.name for one in choose_scorers([model_folder(tmp_path, "softplus")], ["SAR", "SAD", "SAR"])
    ] == [
        "SAR",
        "SAD",
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_choose_scorers__every_model_of_an_ensemble_counts(tmp_path, order):
    folders = []
    for name in ("softplus", "linear"):
        (tmp_path / name).mkdir()
        folders.append(model_folder(tmp_path / name, name))
    runs = [folders[number] for number in order]
    assert [scorer.name for scorer in choose_scorers(runs, None)] == ["SAD"]
    with pytest.raises(ConfigError, match="SAR"):
        choose_scorers(runs, ["SAR"])
