import pytest
import torch
from tests.workflow.measure.toy import toy_settings

from senformer.model.norm import NormGelu
from senformer.workflow.bench.step import STEP, freeze_batch_norm
from senformer.workflow.measure.models import build_model


@pytest.mark.parametrize("batch_norm", ["frozen", "batch"])
def test_prepare__a_step_runs_and_rows_say_which_statistics(batch_norm):
    options = {"batch_norm": batch_norm}
    case = STEP.cases(toy_settings("step", kinds=("bigbird",), lengths=(8 * 20,), options=options))[0]
    assert STEP.prepare(case)() is None
    assert case.row()["batch_norm"] == batch_norm


def test_freeze_batch_norm__leaves_running_statistics_alone():
    case = STEP.cases(toy_settings("step", kinds=("dense",), lengths=(8 * 20,)))[0]
    model = build_model(case).train()
    freeze_batch_norm(model)
    before = {name: value.clone() for name, value in model.state_dict().items() if "running" in name}
    model(torch.zeros(1, 8 * 20, dtype=torch.uint8))
    assert before
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert not any(module.training for module in model.modules() if isinstance(module, NormGelu))
    assert model.transformer[0].training
