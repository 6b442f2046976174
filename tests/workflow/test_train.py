import pytest
from tests.dataset.toy import write_toy

from senformer.core.errors import ConfigError, MissingInputError, UsageError
from senformer.dataset.collection import build_collection, member_configs
from senformer.model import create_model
from senformer.train.finetune.kept import keep_source
from senformer.train.finetune.source import read_source
from senformer.train.recipe import train_settings
from senformer.workflow.train import open_organisms, read_experiment, train_from_file


def test_train_from_file__the_config_is_read_before_the_data(tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text("model: {}\ntrain: {stepz: 1}\n")
    with pytest.raises(ConfigError, match=r"unknown key 'stepz'. Did you mean 'steps'\?"):
        train_from_file(config, [tmp_path / "no-data"], tmp_path / "run")
    config.write_text("model: {name: senformer}\ntrain: {steps: 1}\n")
    with pytest.raises(MissingInputError, match="no-data"):
        train_from_file(config, [tmp_path / "no-data"], tmp_path / "run")


@pytest.mark.parametrize("section", ["train: {epochs: 3}", "train: {steps: 9}", ""])
def test_train_from_file__steps_take_the_place_of_those_of_the_file(tmp_path, monkeypatch, section):
    (tmp_path / "x.yaml").write_text(f"model: {{name: deepstarr}}\n{section}\n")
    found = []
    monkeypatch.setattr("senformer.workflow.train.open_organisms", lambda folders: {})
    monkeypatch.setattr("senformer.train.train", lambda model, settings, *_, **__: found.append(settings))
    train_from_file(tmp_path / "x.yaml", [], tmp_path / "run", steps=2)
    assert [settings.steps for settings in found] == [2]


def test_train_from_file__seed_and_device_take_the_place_of_those_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "x.yaml").write_text("model: {name: deepstarr}\ntrain: {steps: 9, seed: 4}\n")
    found = []
    monkeypatch.setattr("senformer.workflow.train.open_organisms", lambda folders: {})
    monkeypatch.setattr("senformer.train.train", lambda model, settings, *_, **__: found.append(settings))
    train_from_file(tmp_path / "x.yaml", [], tmp_path / "run", seed=0, device="cpu")
    assert [(settings.seed, settings.device, settings.steps) for settings in found] == [(0, "cpu", 9)]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"steps": 2}, "--steps: gkm_svm is fitted to all rows at once and has no steps"),
        ({"device": "cpu"}, "--device: gkm_svm is fitted to all rows at once and has no device"),
    ],
)
def test_train_from_file__what_a_fit_has_none_of(tmp_path, monkeypatch, given, found):
    (tmp_path / "x.yaml").write_text("model: gkm_svm\n")
    monkeypatch.setattr("senformer.workflow.train.open_organisms", lambda folders: {})
    with pytest.raises(UsageError, match=found):
        train_from_file(tmp_path / "x.yaml", [], tmp_path / "run", **given)


@pytest.mark.parametrize(
    ("text", "name", "recipe_epochs"),
    [
        ("model: deepstarr\n", "deepstarr", 100),
        ("model: {name: deepstarr, dropout: 0.1}\ntrain: {steps: 3}\n", "deepstarr", 100),
        ("model: {name: senformer}\ntrain: {steps: 3}\n", "senformer", None),
    ],
)
def test_read_experiment__a_recipe_where_the_model_has_one(tmp_path, text, name, recipe_epochs):
    (tmp_path / "x.yaml").write_text(text)
    model, _, recipe = read_experiment(tmp_path / "x.yaml")
    assert (model.get("name"), recipe.get("epochs")) == (name, recipe_epochs)


@pytest.mark.parametrize("section", ["", "model: {name: chromtransfer, head_dense: [8, 4]}\n"])
def test_read_experiment__fine_tuning_keeps_the_task_of_the_recipe(tmp_path, section):
    model = create_model("chromtransfer", channels=[4, 2, 4], head_dense=[8, 4])
    model.save(tmp_path / "source")
    text = f"{section}train: {{steps: 3, finetune: {{from: {tmp_path / 'source'}, heads: new}}}}\n"
    (tmp_path / "x.yaml").write_text(text)
    _, train, recipe = read_experiment(tmp_path / "x.yaml")
    found = train_settings(train, recipe, {})
    assert (found.loss, found.class_weights, found.batch_size) == ("binary_cross_entropy", "balanced", 128)
    assert (found.reverse_complement, found.max_shift_bp, found.clip_norm) == (False, 0, None)
    assert (found.steps, found.schedule, found.weight_decay, found.stop) == (3, "constant", 0.0, None)


def test_read_experiment__a_resumed_run_knows_its_source(tmp_path):
    create_model("chromtransfer", channels=[4, 2, 4], head_dense=[8, 4]).save(tmp_path / "source")
    (tmp_path / "run").mkdir()
    keep_source(tmp_path / "run", read_source(tmp_path / "source"))
    (tmp_path / "x.yaml").write_text("train: {steps: 3, finetune: {from: gone}}\n")
    recipe = read_experiment(tmp_path / "x.yaml", tmp_path / "run")[2]
    assert recipe["loss"] == "binary_cross_entropy"
    with pytest.raises(MissingInputError, match="gone: no such folder"):
        read_experiment(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: senformer\n", "key 'train' is missing"),
        ("model: deepstar\n", "no model is called 'deepstar'. Did you mean 'deepstarr'"),
        ("train: {steps: 3}\n", "key 'model' is missing"),
        ("train: {steps: 3, finetune: {form: runs/a}}\n", "unknown key 'form'"),
        ("train: {steps: 3, finetune: runs/a}\n", "key 'finetune' is 'runs/a'"),
    ],
)
def test_read_experiment__faults(tmp_path, text, message):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_experiment(tmp_path / "x.yaml")


def test_open_organisms__takes_every_dataset_of_a_collection(tmp_path):
    toy = write_toy(tmp_path)
    values = {
        key: value for key, value in toy.values().items() if key not in ("genome", "tracks", "organism")
    }
    own = {"genome": str(toy.genome), "tracks": str(toy.table)}
    values["genomes"] = {"worm": own, "fly": own}
    build_collection(member_configs(values, "test"), tmp_path / "both")
    found = open_organisms([tmp_path / "both"])
    assert {name: dataset.path for name, dataset in found.items()} == {
        "worm": tmp_path / "both" / "worm",
        "fly": tmp_path / "both" / "fly",
    }


@pytest.mark.slow
def test_train_from_file__one_organism_twice_is_refused(short_demo, tmp_path):
    from senformer.core.errors import UsageError

    config = tmp_path / "x.yaml"
    config.write_text("model: {name: senformer}\ntrain: {steps: 1}\n")
    data = short_demo / "dataset"
    with pytest.raises(UsageError, match="organism 'simulated' comes twice"):
        train_from_file(config, [data, data], tmp_path / "run")
