"""Models that read more than a sequence: trained and evaluated on tables that have those inputs."""

import numpy as np
import pandas as pd
import pytest
from tests.model.zoo.small import small_section

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.dataset import build_dataset, open_dataset
from senformer.dataset.table.config import TableConfig
from senformer.evaluate import evaluate
from senformer.model import load_model
from senformer.train import TrainConfig, train

N_ROWS = 24
# Name -> further inputs of a table, and columns of sequences, for the small model.
TABLES = {
    "xpresso": ({"halflife": {"columns": ["a", "b", "c"]}}, "seq"),
    "zrimec2020": ({"codons": {"columns": ["a", "b"]}, "stability": {"columns": ["c"]}}, "seq"),
    "speid": ({}, {"sequence": "seq", "promoter": "other"}),
}


def table(folder, inputs, sequence, window_bp):
    """Build a table of labels that an input tells, and nothing else does."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(rng.normal(size=(N_ROWS, 3)), columns=["a", "b", "c"])
    for name, n_bases in (("seq", window_bp), ("other", 80)):
        rows[name] = ["".join(rng.choice(list("ACGT"), n_bases)) for _ in range(N_ROWS)]
    rows["y"] = (rows["a"] > 0).astype(int)
    rows["split"] = (["train"] * 4 + ["valid", "test"]) * (N_ROWS // 6)
    rows.to_csv(folder / "t.tsv", sep="\t", index=False)
    section = {
        "kind": "table",
        "organism": "cells",
        "rows": str(folder / "t.tsv"),
        "sequence": sequence,
        "inputs": inputs,
        "values": ["y"],
        "window_bp": window_bp,
        "split": {"by": "column", "column": "split"},
    }
    build_dataset(parse(TableConfig, section, "test"), folder / "d")
    return open_dataset(folder / "d")


@pytest.mark.parametrize("name", TABLES)
def test_named_inputs__a_table_trains_and_evaluates(name, tmp_path):
    section = {"name": name, **small_section(name), "crop_bins": 0, "heads": {"cells": 1}}
    dataset = table(tmp_path, *TABLES[name], section["window_bp"])
    how = TrainConfig(steps=2, batch_size=8, warmup_steps=0, loss="mse", device="cpu", threads=1)
    train(section, how, {"cells": dataset}, tmp_path / "run")
    model = load_model(tmp_path / "run/model", verify=True)
    assert set(dataset.read_inputs(np.arange(1))) <= set(model.inputs)
    found = evaluate(tmp_path / "run", dataset, tmp_path / "ev", split="test", device="cpu")
    assert (found["n_windows"], found["n_tracks"]) == (4, 1)


def test_named_inputs__both_strands_need_inputs_that_are_turned(tmp_path):
    inputs = {"signals": {"columns": ["a", "b", "c"], "shape": [1, 3]}}
    dataset = table(tmp_path, inputs, {}, 1)
    section = {"name": "deepchrome", "n_bins": 1, "n_signals": 3, "width": 1, "pool": 1}
    how = TrainConfig(
        steps=1,
        batch_size=8,
        warmup_steps=0,
        device="cpu",
        loss="binary_cross_entropy",
        reverse_complement=False,
    )
    train(section, how, {"cells": dataset}, tmp_path / "run")
    evaluate(tmp_path / "run", dataset, tmp_path / "one", split="test", device="cpu")
    with pytest.raises(ConfigError, match="'signals' lies along the sequence in deepchrome"):
        evaluate(tmp_path / "run", dataset, tmp_path / "both", split="test", device="cpu", strands="both")
    assert not (tmp_path / "both").exists()
