"""Two processes train as one does: the same curve, the same weights, the same files."""

import pytest
from tests.train.together import SGD, assert_same_curve, assert_same_weights, do, job, launch

from senformer.model import load_model
from senformer.train.checkpoint import AVERAGE, MODEL, OPTIMIZER, load_tensors

BOTH = ("human", "mouse")
VALID = {"steps": 6, "batch_size": 4, "validate_every_steps": 3, "validate_windows": 5}
MASKED = {"masked": 0.9}
# What runs are compared in: every way that the parts of a batch come together.
CASES = {
    "adam": (BOTH, {}),
    "sgd": (("human",), {**SGD}),
    "masked": (("human",), {**SGD, "act": MASKED}),
    "profiles": (("human",), {**SGD, "act": MASKED, "loss": "poisson_multinomial"}),
    "accumulated": (BOTH, {**SGD, "batch_size": 8, "accumulate": 2, "act": MASKED}),
    "joint": (
        BOTH,
        {
            **SGD,
            "act": MASKED,
            "organisms": "joint",
            "organism_weights": {"mouse": 0.5},
            "assay_weights": {"CAGE": 3.0},
        },
    ),
    "average": (("human",), {**SGD, "ema": 0.8, "clip": "per_tensor", "clip_norm": 0.1}),
    "tiled": (("human",), {**SGD, "act": {"tiled": True}}),
}


def _jobs(world, folder, **more):
    return [
        job(world, folder / name, *organisms, **(VALID | changes | more))
        for name, (organisms, changes) in CASES.items()
    ]


@pytest.fixture(scope="module")
def alone(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    for one in _jobs(world, folder):
        do(one)
    return folder


@pytest.fixture(scope="module", params=["ddp", "fsdp"])
def shared(request, world, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    found = launch(_jobs(world, folder, parallel=request.param), folder)
    assert found.returncode == 0, found.stderr
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_train__two_processes_as_one(alone, shared, case):
    # Adam turns the rounding of a gradient that is zero into a step, which shows in evaluation.
    assert_same_curve(shared / case, alone / case, 1e-3 if case == "adam" else 1e-5)
    if case != "adam":
        assert_same_weights(shared / case, alone / case)
    for name in (MODEL, OPTIMIZER, *([AVERAGE] if case == "average" else [])):
        ours, theirs = (load_tensors(folder / case, 6, name) for folder in (shared, alone))
        assert {key: tensor.shape for key, tensor in ours.items()} == {
            key: tensor.shape for key, tensor in theirs.items()
        }
    assert (
        load_model(shared / case / "model").card.parameters
        == load_model(alone / case / "model").card.parameters
    )
