import json
from dataclasses import replace

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


def test_choose_scorers__one_by_itself(tmp_path):
    folder = model_folder(tmp_path, "softplus")
    assert choose_scorers([folder], "SAR") == choose_scorers([folder], SCORERS["SAR"]) == [SCORERS["SAR"]]


def test_choose_scorers__a_name_and_its_scorer_are_one(tmp_path):
    found = choose_scorers([model_folder(tmp_path, "softplus")], ["SAD", SCORERS["SAD"]])
    assert found == [SCORERS["SAD"]]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("SAR", "two scorers"),
        ("SAR_sd", "another column"),
        ("position", "another column"),
        ("gene_id", "another column"),
    ],
)
def test_choose_scorers__of_ones_own_with_a_taken_name(tmp_path, name, fault):
    own = replace(SCORERS["SAD"], name=name)
    with pytest.raises(ConfigError, match=f"{name}.*{fault}"):
        choose_scorers([model_folder(tmp_path, "softplus")], ["SAR", own])


def test_choose_scorers__of_ones_own_with_an_unknown_mask(tmp_path):
    own = replace(SCORERS["SAD"], name="mine", mask="promoter")
    with pytest.raises(ConfigError, match="scorer 'mine': no mask is called 'promoter'"):
        choose_scorers([model_folder(tmp_path, "softplus")], [own])
