"""Fine-tuning on tables of rows, with each model of the zoo."""

import json
from pathlib import Path

import pytest
import torch
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.train.fit.toy import motif_dataset
from tests.train.test_table_datasets import SECTIONS, settings, store

from senformer.core.errors import ConfigError
from senformer.dataset import build_dataset, open_dataset
from senformer.evaluate import evaluate
from senformer.model import load_model
from senformer.train import TrainConfig, train
from senformer.train.finetune.config import FinetuneConfig
from senformer.workflow.train import train_from_file

ADAPTERS = {"convolution": {"rank": 2}}


def _from(folder: Path, **changes: object) -> FinetuneConfig:
    return FinetuneConfig(**{"from": str(folder), **changes})


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_train__another_table_from_each_model(tmp_path: Path, name: str) -> None:
    first = store(tmp_path, inputs={})
    build_dataset(
        toy_config(write_table(tmp_path / "u.tsv", toy_rows(30)), inputs={}, organism="new"), tmp_path / "e"
    )
    second = open_dataset(tmp_path / "e")
    train({"name": name, **SECTIONS[name]}, settings(), {"toy": first}, tmp_path / "pre")
    heads = settings(finetune=_from(tmp_path / "pre", train="heads"))
    train({}, heads, {"new": second}, tmp_path / "heads")
    before, after = (load_model(tmp_path / run / "model").state_dict() for run in ("pre", "heads"))
    trunk = [key for key in before if not key.startswith("heads.")]
    assert all(torch.equal(before[key], after[key]) for key in trunk)
    card = json.loads((tmp_path / "heads" / "model" / "card.json").read_text())
    assert list(card["heads"]) == ["new"]
    adapted = settings(finetune=_from(tmp_path / "pre", adapters=ADAPTERS))
    if name == "deepstarr":  # adapters are for the models with a tower
        with pytest.raises(ConfigError, match="no layer that can be adapted"):
            train({}, adapted, {"new": second}, tmp_path / "adapted")
        return
    train({}, adapted, {"new": second}, tmp_path / "adapted")
    merged = load_model(tmp_path / "adapted" / "model", verify=True).state_dict()
    assert any(not torch.equal(before[key], merged[key]) for key in trunk if ".conv.weight" in key)


@pytest.mark.slow
def test_evaluate__knows_the_table_that_the_source_was_trained_on(tmp_path: Path) -> None:
    first = store(tmp_path, inputs={})
    section = {"name": "enformer", **SECTIONS["enformer"]}
    train(section, settings(), {"toy": first}, tmp_path / "pre")
    build_dataset(toy_config(write_table(tmp_path / "u.tsv", toy_rows(30)), inputs={}), tmp_path / "e")
    second = open_dataset(tmp_path / "e")
    train({}, settings(finetune=_from(tmp_path / "pre")), {"toy": second}, tmp_path / "tuned")
    found = evaluate(tmp_path / "tuned", first, tmp_path / "ev", split="train", device="cpu")
    assert found["overlaps_training"] is True


@pytest.mark.slow
def test_train_from_file__a_fine_tuned_classifier_is_trained_as_one(tmp_path: Path) -> None:
    dataset = motif_dataset(tmp_path)
    sizes = {"channels": [4, 2, 4], "widths": [5, 3, 3, 3, 3], "head_dense": [8, 4]}
    plain = {"threads": 1, "device": "cpu", "batch_size": 16}
    first = {"model": {"name": "chromtransfer", **sizes}, "train": {"epochs": 1, **plain}}
    finetune = {"from": str(tmp_path / "pre"), "heads": "new"}
    second = {"model": {"head_dense": [6, 3]}, "train": {"steps": 4, "finetune": finetune, **plain}}
    for name, values in (("pre", first), ("tuned", second)):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(values))
        train_from_file(tmp_path / f"{name}.yaml", [dataset.path], tmp_path / name)
    found = json.loads((tmp_path / "tuned" / "run.json").read_text())["config"]["train"]
    keys = ("loss", "class_weights", "clip_norm", "warmup_steps", "max_shift_bp", "reverse_complement")
    assert [found[key] for key in keys] == ["binary_cross_entropy", "balanced", None, 0, 0, False]
    # What can only be read as rates is refused, whoever asks for it.
    asked = TrainConfig(steps=4, finetune=_from(tmp_path / "pre"))
    with pytest.raises(
        ConfigError, match=r"poisson is for outputs under .* those of chromtransfer are sigmoid"
    ):
        train({}, asked, {"toy": dataset}, tmp_path / "poisson")
