import re

import pytest

from benchmarks.experiments import plan
from senformer.core.errors import ConfigError
from senformer.model.create import model_config
from senformer.train import TrainConfig

TOY = """
title: What?
seeds: [3, 5]
data:
  yeast: {dataset: {window_bp: 128}, train: {assay_weights: {ATAC: 2.0}, steps: 7}}
  worm: {dataset: {window_bp: 128}}
model: {name: enformer, channels: 32}
arms:
  plain: {}
  wide: {model: {channels: 64}, train: {steps: 9}}
  joint: {data: [yeast, worm]}
train: {steps: 5}
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    (tmp_path / "toy.yaml").write_text(TOY)
    monkeypatch.setattr(plan, "CONFIGS", tmp_path)
    return tmp_path / "toy.yaml"


def test_tasks__every_arm_on_every_dataset_seed_by_seed(toy):
    found = list(plan.tasks(plan.read_experiment("toy")))
    names = ["yeast-plain", "worm-plain", "yeast-wide", "worm-wide", "joint"]
    assert [task.name for task in found] == [f"{name}-s{seed}" for seed in (3, 5) for name in names]
    assert found[4].data == ("yeast", "worm")
    assert [task.seed for task in found[:6]] == [3, 3, 3, 3, 3, 5]


def test_tasks__own_keys_of_arm_go_before_those_of_the_dataset(toy):
    tasks = {task.name: task for task in plan.tasks(plan.read_experiment("toy"))}
    assert tasks["worm-plain-s3"].train == {"steps": 5, "seed": 3}
    assert tasks["yeast-plain-s5"].train == {"steps": 7, "assay_weights": {"ATAC": 2.0}, "seed": 5}
    assert tasks["yeast-wide-s3"].train["steps"] == 9
    assert tasks["yeast-wide-s3"].model == {"name": "enformer", "channels": 64}
    # What belongs to one dataset is no matter of two.
    assert tasks["joint-s3"].train == {"steps": 5, "seed": 3}


def test_read_experiment__unknown_name(toy):
    with pytest.raises(ConfigError, match=r"no experiment is called 'toi'. Did you mean 'toy'"):
        plan.read_experiment("toi")


def test_read_experiment__arm_on_a_dataset_that_is_not_there(toy):
    toy.write_text(TOY.replace("[yeast, worm]", "[yeast, wurm]"))
    with pytest.raises(
        ConfigError, match=r"no dataset of this experiment is called 'wurm'. Did you mean 'worm'"
    ):
        plan.read_experiment("toy")


AFTER = "  longer: {after: plain, extend: {window_bp: 512}}\ntrain: {steps: 5}\n"


def test_tasks__an_arm_begins_at_the_run_of_another_of_its_data_and_seed(toy):
    toy.write_text(TOY.replace("train: {steps: 5}\n", AFTER))
    tasks = {task.name: task for task in plan.tasks(plan.read_experiment("toy"))}
    assert tasks["worm-longer-s5"].after == "worm-plain-s5"
    assert tasks["worm-longer-s5"].extend == {"window_bp": 512}
    assert tasks["worm-plain-s5"].after is None


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ("{after: plane}", "no arm above this one is called 'plane'. Did you mean 'plain'"),
        ("{extend: {window_bp: 512}}", "names the arm of it: after"),
        ("{train: {finetune: {train: heads}}}", "names the arm of it: after"),
        ("{after: plain, extend: {window_bp: 512}, train: {steps: 3}}", "leave out model and train"),
    ],
)
def test_read_experiment__arms_that_cannot_be(toy, arm, message):
    toy.write_text(TOY.replace("train: {steps: 5}\n", f"  last: {arm}\ntrain: {{steps: 5}}\n"))
    with pytest.raises(ConfigError, match=re.escape(message)):
        plan.read_experiment("toy")


def test_read_experiment__unknown_key_is_named_with_its_file(toy):
    toy.write_text(TOY + "steps: 3\n")
    with pytest.raises(ConfigError, match=r"toy.yaml: unknown key 'steps'"):
        plan.read_experiment("toy")


@pytest.mark.parametrize("path", sorted(plan.CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_experiments__every_run_has_settings_that_hold(path):
    for task in plan.tasks(plan.read_experiment(path.stem)):
        sizes = {key: task.train[key] for key in ("window_bp", "crop_bins") if key in task.train}
        values = {"window_bp": 131_072, "crop_bins": 32, **task.model, **sizes, "heads": {"human": 3}}
        if "finetune" in task.train:
            task.train["finetune"]["from"] = "runs/source"
        TrainConfig.model_validate(task.train)
        model_config(values.pop("name"), values)


def test_tasks__an_arm_of_one_seed_is_where_all_seeds_begin(toy):
    once = "  base: {seeds: [5], data: [worm]}\n  tuned: {after: base, data: [yeast]}\n"
    once += "  each: {after: base}\n"
    toy.write_text(TOY.replace("train: {steps: 5}\n", f"{once}train: {{steps: 5}}\n"))
    tasks = {task.name: task for task in plan.tasks(plan.read_experiment("toy"))}
    assert [name for name in tasks if "base" in name] == ["base-s5"]
    begun = ["tuned-s3", "tuned-s5", "yeast-each-s3", "worm-each-s5"]
    assert {tasks[name].after for name in begun} == {"base-s5"}
