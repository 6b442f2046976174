"""Fine-tuning on tables of rows, with each model of the zoo."""

import json
from pathlib import Path

import pytest
import torch
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.train.test_table_datasets import SECTIONS, settings, store

from senformer.core.errors import ConfigError
from senformer.dataset import build_dataset, open_dataset
from senformer.evaluate import evaluate
from senformer.model import load_model
from senformer.train import train
from senformer.train.finetune.config import FinetuneConfig

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
