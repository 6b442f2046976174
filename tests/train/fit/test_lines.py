import numpy as np
import pytest
import torch
from tests.train.fit.bank import bank_section, starts_dataset

from senformer.classical.gblinear import LinesConfig, fit_lines
from senformer.core.errors import DataError
from senformer.train import TrainConfig
from senformer.train.fit.lines import prepare_lines
from senformer.train.plan import make_plan


def prepared(folder, config, **changes):
    dataset = starts_dataset(folder, **changes)
    section = bank_section("expecto", folder)
    plan = make_plan(section, TrainConfig(steps=1), {"toy": dataset})
    return dataset, prepare_lines(plan, section, dataset, config)


def test_prepare_lines__the_lines_of_the_features(tmp_path):
    config = LinesConfig(rounds=20, learning_rate=0.3, l2=0.01, base=0.5)
    dataset, work = prepared(tmp_path, config, values=["label", "other"])
    outcome = work.run(tmp_path / "r")
    rows = work.windows["row"].to_numpy()
    codes, values = torch.from_numpy(dataset.read_inputs(rows)["sequence"]), dataset.read_values(rows)
    with torch.no_grad():
        features = outcome.model.embed(codes)[:, 0].numpy()
        found = outcome.model(codes)["toy"][:, 0].numpy()
    lines = fit_lines(features, values.astype(np.float64), config)
    np.testing.assert_allclose(found, features @ lines.weights.T + lines.intercepts, rtol=1e-4, atol=1e-5)
    assert ((found - values) ** 2).mean() < ((0.5 - values) ** 2).mean()


def test_prepare_lines__too_few_values(tmp_path):
    with pytest.raises(DataError, match="fewer than two values in train"):
        prepared(tmp_path, LinesConfig(), values=["rare"])
