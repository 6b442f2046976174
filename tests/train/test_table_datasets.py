"""Training and evaluation on tables of rows: the zoo's models, and one that reads several inputs."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from torch import nn

from senformer.core.errors import ConfigError
from senformer.dataset import TableDataset, build_dataset, eval_windows, open_dataset
from senformer.dataset.examples import eval_batches, turn_batch
from senformer.evaluate import evaluate
from senformer.predict.predictor import Predictor
from senformer.train import TrainConfig, train
from senformer.train.batches import make_batches
from senformer.train.engine import Engine
from senformer.train.losses import LOSSES
from senformer.train.machine import accelerator
from senformer.train.optimizer import make_optimizer
from senformer.train.plan import Plan
from senformer.train.step import take_step

SMALL = {"n_layers": 0, "n_heads": 2, "key_size": 4, "n_position_features": 6, "activation": "linear"}
ENFORMER = {"channels": 8, "channel_divisor": 2, **SMALL}
SECTIONS = {
    "enformer": ENFORMER,
    "senformer": {**ENFORMER, "n_layers": 1, "attention": {"block_bins": 2}},
    "baskerville": {
        **SMALL,
        "stem_channels": 8,
        "stem_width": 5,
        "tower_channels": [8, 8, 8, 8],
        "n_upsamplings": 0,
        "n_position_features": 2,
        "final_channels": 8,
    },
    "deepstarr": {"channels": [6, 5], "widths": [5, 3], "dense": [7]},
}


def settings(**changes: object) -> TrainConfig:
    given = {"steps": 4, "batch_size": 5, "warmup_steps": 1, "loss": "mse", "device": "cpu", "threads": 1}
    return TrainConfig(**{**given, **changes})


def store(folder: Path, **changes: object) -> TableDataset:
    build_dataset(toy_config(write_table(folder / "t.tsv", toy_rows()), **changes), folder / "d")
    dataset = open_dataset(folder / "d")
    assert isinstance(dataset, TableDataset)
    return dataset


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_train__a_table_with_each_model(tmp_path: Path, name: str) -> None:
    dataset = store(tmp_path, inputs={})
    section = {"name": name, **SECTIONS[name]}
    done = train(section, settings(validate_every_steps=2), {"toy": dataset}, tmp_path / "run")
    assert done["steps"] == 4
    card = json.loads((tmp_path / "run" / "model" / "card.json").read_text())
    assert [track["name"] for track in card["heads"]["toy"]] == ["plus", "minus"]
    found = evaluate(tmp_path / "run", dataset, tmp_path / "ev", split="test", device="cpu")
    assert (found["n_windows"], found["n_bins"], found["n_tracks"]) == (8, 8, 2)
    assert found["overlaps_training"] is False
    assert evaluate(tmp_path / "run", dataset, tmp_path / "tr", split="train", device="cpu")[
        "overlaps_training"
    ]


@pytest.mark.slow
def test_train__a_resumed_run_is_the_same_run(tmp_path: Path) -> None:
    dataset = store(tmp_path, inputs={})
    section = {"name": "enformer", **SECTIONS["enformer"]}
    whole = train(section, settings(), {"toy": dataset}, tmp_path / "whole")
    train(section, settings(steps=2), {"toy": dataset}, tmp_path / "cut")
    resumed = train(section, settings(), {"toy": dataset}, tmp_path / "cut", resume=True)
    assert resumed["model_sha256"] == whole["model_sha256"]


def test_train__refuses_what_a_table_cannot_be(tmp_path: Path) -> None:
    dataset = store(tmp_path, inputs={})
    section = {"name": "enformer", **SECTIONS["enformer"]}
    with pytest.raises(ConfigError, match=r"rows have 32 bp and no crop; wanted are 64 bp"):
        train(section, settings(window_bp=64), {"toy": dataset}, tmp_path / "run")
    with pytest.raises(ConfigError, match=r"track 'plus': has values down to .* Set activation: linear"):
        train({**section, "activation": "softplus"}, settings(), {"toy": dataset}, tmp_path / "run")


class TwoInputs(nn.Module):
    """A linear model of the base counts and the features."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(5 + 2, 2)
        self.inputs = {"sequence": "codes", "features": "half-life, gc"}
        self.card = type("Card", (), {"heads": {}})()
        self.config = type("Config", (), {"heads": {"toy": 2}})()

    def forward(self, inputs: dict, heads: list[str]) -> dict[str, torch.Tensor]:
        counts = nn.functional.one_hot(inputs["sequence"].long(), 5).float().mean(1)
        x = torch.cat([counts, inputs["features"]], 1)
        return {head: self.linear(x)[:, None, :] for head in heads}


def test_take_step__a_model_that_reads_more_learns_from_it(tmp_path: Path) -> None:
    rows = toy_rows()
    for row in rows:
        row["plus"] = row["minus"] = row["half_life"]
    build_dataset(toy_config(write_table(tmp_path / "t.tsv", rows)), tmp_path / "d")
    datasets = {"toy": open_dataset(tmp_path / "d")}
    config = settings(learning_rate=0.1, batch_size=25, clip_norm=None, reverse_complement=False)
    batches = make_batches(datasets, Plan("two", {}, 32, 0), config)["toy"]
    with torch.random.fork_rng(), accelerator(torch.device("cpu"), torch.float32) as prepared:
        torch.manual_seed(1)
        model = TwoInputs()
        engine = Engine(prepared, model, make_optimizer(model, config), LOSSES["mse"], config)
        losses = [take_step(engine, step, {"toy": batches.batch(step - 1)}).loss for step in range(1, 61)]
    assert losses[-1] < 0.05 * losses[0]


def test_predict__named_inputs_of_both_strands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = store(tmp_path)
    model = TwoInputs()
    monkeypatch.setattr("senformer.predict.predictor.card_permutation", lambda model, head: np.array([1, 0]))
    batch = next(eval_batches(dataset, eval_windows(dataset, "test"), 0, 8))
    predictor = Predictor(model, device="cpu", batch_size=3)
    found = predictor.predict(
        batch.model_inputs, "toy", batch.windows, turn=lambda inputs: turn_batch(dataset, inputs)
    )
    assert found.shape == (8, 1, 2)
    with torch.no_grad():
        there, back = (
            model({name: torch.as_tensor(array) for name, array in inputs.items()}, ["toy"])["toy"].numpy()
            for inputs in (batch.model_inputs, turn_batch(dataset, batch.model_inputs))
        )
    np.testing.assert_allclose(found, (there + back[:, :, ::-1]) / 2, rtol=1e-5)


@pytest.mark.slow
def test_evaluate__a_table_of_labels_has_its_areas(tmp_path: Path) -> None:
    """Trained with binary_cross_entropy: the areas equal scikit-learn's of the model's own outputs."""
    rows = toy_rows()
    for number, row in enumerate(rows):
        row["plus"], row["minus"] = ("NA" if number == 4 else str(number % 2)), f"{number / 100}"
    build_dataset(
        toy_config(write_table(tmp_path / "t.tsv", rows), inputs={}, values=["plus", "minus"]), tmp_path / "d"
    )
    dataset = open_dataset(tmp_path / "d")
    section = {"name": "enformer", **SECTIONS["enformer"]}
    how = settings(loss="binary_cross_entropy", class_weights="balanced")
    train(section, how, {"toy": dataset}, tmp_path / "run")
    found = evaluate(tmp_path / "run", dataset, tmp_path / "ev", split="test", device="cpu")
    table = pd.read_csv(tmp_path / "ev" / "tracks.tsv", sep="\t")
    with np.load(tmp_path / "ev" / "examples.npz") as file:  # all 8 rows of the split
        measured, predicted = file["measured"][:, 0, 0], file["predicted"][:, 0, 0]
    known = ~np.isnan(measured)
    assert known.sum() == 7
    assert found["auroc_mean"] == pytest.approx(roc_auc_score(measured[known], predicted[known]))
    assert found["auprc_mean"] == pytest.approx(average_precision_score(measured[known], predicted[known]))
    assert found["n_tracks_auroc_undefined"] == 0
    assert table["n_positive"].isna().tolist() == [False, True]
    assert json.loads((tmp_path / "ev" / "metrics.json").read_text())["auroc_mean"] == found["auroc_mean"]
