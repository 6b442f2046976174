import numpy as np
import pytest
import torch
from tests.dataset.table.toy import toy_config, toy_rows, write_table

from senformer.dataset import build_dataset, open_dataset
from senformer.model import create_model, load_model
from senformer.model.zoo.chromtransfer import CHROMTRANSFER
from senformer.train import TrainConfig, train


@pytest.mark.parametrize(
    ("overrides", "parameters"),
    [({}, 652_513), ({"heads": {"cells": 7}}, 653_287), (CHROMTRANSFER.variants["fine_tune"], 653_665)],
)
def test_chromtransfer__published_sizes(overrides, parameters):
    with torch.device("meta"):
        assert create_model("chromtransfer", **overrides).card.parameters == parameters


def test_chromtransfer__channels_of_the_layers():
    with torch.device("meta"):
        model = create_model("chromtransfer").eval()
        x, shapes = torch.empty(1, 600, 4), []
        for layer in model.layers:
            x = layer(x)
            shapes.append(tuple(x.shape[1:]))
    assert shapes == [(600, n) for n in (64, 32, 96, 64, 64, 64, 64, 64, 64)] + [(1, 64)]


def test_chromtransfer__all_convolutions_begin_as_published():
    torch.manual_seed(0)
    last = create_model("chromtransfer").layers[8].conv.weight.detach()
    # He's deviation for 64 channels of 5 positions; Glorot's would be 0.056.
    assert abs(float(last.std()) - (2 / 320) ** 0.5) < 0.002


def test_chromtransfer__a_new_head_of_another_size_on_a_frozen_body(tmp_path):
    config = toy_config(write_table(tmp_path / "t.tsv", toy_rows()), inputs={})
    build_dataset(config, tmp_path / "d")
    data = {"toy": open_dataset(tmp_path / "d")}
    how = {"steps": 1, "batch_size": 8, "warmup_steps": 0, "loss": "mse", "device": "cpu", "threads": 1}
    section = {"name": "chromtransfer", "channels": [5, 3, 4], "head_dense": [8, 7], "activation": "linear"}
    train(section, TrainConfig(**how), data, tmp_path / "first")
    tune = {"from": str(tmp_path / "first"), "heads": "new", "train": "heads"}
    train({"head_dense": [6, 4]}, TrainConfig(**how, finetune=tune), data, tmp_path / "second")
    first, second = (load_model(tmp_path / run / "model") for run in ("first", "second"))
    assert first.heads["toy"][0].linear.weight.shape == (8, 4)
    assert second.heads["toy"][0].linear.weight.shape == (6, 4)
    for (name, old), new in zip(first.layers.named_parameters(), second.layers.parameters(), strict=True):
        np.testing.assert_array_equal(old.detach(), new.detach(), err_msg=name)
