"""Two processes train as one does: the same curve, the same weights, the same files."""

import json
import signal
import time

import numpy as np
import pytest
import torch
from tests.train.test_table_datasets import SECTIONS, store
from tests.train.together import SGD, assert_same_curve, assert_same_weights, curve, do, job, launch
from tests.train.toy import fingerprint, open_world

from senformer.model import load_model
from senformer.train.checkpoint import AVERAGE, MODEL, OPTIMIZER, checkpoint_steps, load_tensors

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
    "plateau": (
        ("human",),
        {
            **SGD,
            "steps": 20,
            "validate_every_steps": 1,
            "schedule": "plateau",
            "schedule_options": {"metric": "valid_loss", "patience": 1, "factor": 0.1},
            "stop": {"metric": "valid_loss", "patience": 2},
        },
    ),
    "momentum": (("human",), {**SGD, "optimizer_options": {"momentum": 0.9}, "workers": 2}),
    "examples": (("human",), {**SGD, "act": MASKED, "example_weights": {"human": "weights.tsv"}}),
    "tiled": (("human",), {**SGD, "act": {"tiled": True}}),
}


def _jobs(world, folder, **more):
    windows = open_world(world, "human")["human"].windows
    weights = windows[windows["split"] == "train"][["chrom", "start", "end"]]
    weights = weights.assign(weight=[0.25 + place % 5 for place in range(len(weights))])
    weights.to_csv(folder / "weights.tsv", sep="\t", index=False)
    found = []
    for name, (organisms, changes) in CASES.items():
        changes = VALID | changes | more
        if "example_weights" in changes:
            changes |= {"example_weights": {"human": str(folder / "weights.tsv")}}
        found.append(job(world, folder / name, *organisms, **changes))
    return found


# With dropout, and a validation that falls on no checkpoint.
RUN = {
    "steps": 8,
    "batch_size": 4,
    "checkpoint_every_steps": 2,
    "validate_every_steps": 3,
    "validate_windows": 3,
}
DROPPED = {"dropout": 0.4}


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
    last = curve(alone / case)[-1]["step"]
    for name in (MODEL, OPTIMIZER, *([AVERAGE] if case == "average" else [])):
        ours, theirs = (load_tensors(folder / case, last, name) for folder in (shared, alone))
        assert {key: tensor.shape for key, tensor in ours.items()} == {
            key: tensor.shape for key, tensor in theirs.items()
        }
    assert (
        load_model(shared / case / "model").card.parameters
        == load_model(alone / case / "model").card.parameters
    )


@pytest.mark.slow
@pytest.mark.parametrize(("way", "counts"), [("ddp", (1, 2)), ("fsdp", (2, 1)), ("fsdp", (1, 2))])
def test_train__goes_on_under_another_number_of_processes(world, tmp_path, way, counts):
    changes = {**VALID, **SGD, "act": MASKED, "ema": 0.8, "export": "last"}
    do(job(world, tmp_path / "whole", **changes))
    for n, steps, resume in zip(counts, (4, 6), (False, True), strict=True):
        one = job(world, tmp_path / "run", **(changes | {"steps": steps}), parallel=way, resume=resume)
        if n == 1:
            do(one)
        else:
            found = launch([one], tmp_path / "jobs", n)
            assert found.returncode == 0, found.stderr
    assert_same_curve(tmp_path / "run", tmp_path / "whole")
    assert_same_weights(tmp_path / "run", tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize(("way", "killed"), [("ddp", 1), ("fsdp", 0)])
def test_train__a_killed_process_ends_the_run_and_it_goes_on_exactly(world, tmp_path, way, killed):
    changes = {**RUN, "model": DROPPED, "parallel": way}
    whole = job(world, tmp_path / "whole", *BOTH, **changes)
    assert launch([whole], tmp_path / "jobs").returncode == 0
    cut = job(world, tmp_path / "cut", *BOTH, **changes, act={"signal": [killed, 6, signal.SIGKILL]})
    began = time.monotonic()
    found = launch([cut], tmp_path / "jobs")
    assert time.monotonic() - began < 600
    assert found.returncode != 0
    told = [line for line in found.stderr.splitlines() if "error[" in line]
    assert len(told) == 1
    assert told[0].startswith(f"error[E640]: train: process {killed} (pid ")
    assert "of 2 is gone, killed or out of reach; the others leave" in told[0]
    assert checkpoint_steps(tmp_path / "cut")[-1] == 4
    assert launch([{**cut, "act": {}, "resume": True}], tmp_path / "jobs").returncode == 0
    assert fingerprint(tmp_path / "cut") == fingerprint(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGINT])
def test_train__a_signal_to_one_process_stops_all_after_the_same_update(world, tmp_path, number):
    one = job(world, tmp_path / "run", **RUN, act={"signal": [1, 5, number]})
    found = launch([one], tmp_path / "jobs")
    told = [line for line in found.stderr.splitlines() if "error[" in line]
    assert told == [
        f"error[E806]: {tmp_path / 'run'}: stopped by a signal after step 5; the state is saved. "
        "Run the same command with --resume to go on."
    ]
    code = 130 if number == signal.SIGINT else 143
    assert [json.loads(path.read_text()) for path in sorted((tmp_path / "jobs").glob("exit_*"))] == [
        code,
        code,
    ]
    assert checkpoint_steps(tmp_path / "run")[-1] == 5
    assert launch([{**one, "act": {}, "resume": True}], tmp_path / "jobs").returncode == 0
    assert [line["step"] for line in curve(tmp_path / "run") if "loss" in line] == list(range(1, 9))


@pytest.mark.slow
def test_train__a_signal_in_a_validation_puts_it_off_in_all(world, tmp_path):
    one = job(world, tmp_path / "run", **RUN, act={"signal_validating": [1, signal.SIGTERM]})
    found = launch([one], tmp_path / "jobs")
    assert "stopped by a signal after step 3" in found.stderr
    assert not [line for line in curve(tmp_path / "run") if "valid_loss" in line]
    assert launch([{**one, "act": {}, "resume": True}], tmp_path / "jobs").returncode == 0
    assert [line["step"] for line in curve(tmp_path / "run") if "valid_loss" in line] == [3, 6, 8]


@pytest.mark.slow
def test_train__a_time_limit_ends_all(world, tmp_path):
    one = job(world, tmp_path / "run", **(RUN | {"steps": 10**6, "max_minutes": 0.02}))
    found = launch([one], tmp_path / "jobs")
    assert found.returncode == 0, found.stderr
    assert json.loads((tmp_path / "run" / "DONE.json").read_text())["stopped_by"] == "max_minutes"


@pytest.mark.slow
def test_train__a_loss_that_is_not_finite_names_process_and_windows(world, tmp_path):
    one = job(world, tmp_path / "run", **RUN, act={"spoil": [1, 3]})
    found = launch([one], tmp_path / "jobs")
    told = [line for line in found.stderr.splitlines() if "error[" in line]
    assert len(told) == 1
    assert told[0].startswith("error[E604]: step 3, process 1: human windows chr")
    assert "process 0" not in told[0]
    failed = json.loads((tmp_path / "run" / "failed_batch.json").read_text())
    assert (failed["step"], len(failed["windows"])) == (3, 4)


@pytest.mark.slow
def test_train__a_validation_that_is_not_finite_in_one_process_leaves_nothing(world, tmp_path):
    changes = {**RUN, "validate_every_steps": 1, "act": {"spoil_validating": 1}}
    found = launch([job(world, tmp_path / "run", **changes)], tmp_path / "jobs")
    told = [line for line in found.stderr.splitlines() if "error[" in line]
    assert len(told) == 1
    assert told[0].startswith("error[E617]: validation, process 1: human windows chr")
    assert "process 0" not in told[0]
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_train__a_batch_that_is_not_shared_out_evenly_is_told_once(world, tmp_path):
    found = launch([job(world, tmp_path / "run", **(RUN | {"batch_size": 3}))], tmp_path / "jobs")
    told = [line for line in found.stderr.splitlines() if "error[" in line]
    assert len(told) == 1
    assert told[0].startswith(
        "error[E400]: batch_size: 3 examples cannot be shared out equally to 2 processes."
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_train__a_used_folder_is_told_once(world, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    found = launch([job(world, tmp_path / "run", **RUN)], tmp_path / "jobs")
    told = [line for line in found.stderr.splitlines() if "error[" in line]
    assert len(told) == 1
    assert told[0].startswith("error[E804]")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["notes.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_train__stages_of_fine_tuning(world, tmp_path, way):
    do(job(world, tmp_path / "source", "human", "mouse", **(VALID | {"steps": 1})))
    stages = [
        {"from_step": 0, "train": "heads"},
        {"from_step": 2, "train": ["transformer.0.feed_forward", "tower.1"]},
        {"from_step": 4, "train": "all"},
    ]
    finetune = {"from": str(tmp_path / "source"), "stages": stages}
    changes = {**VALID, **SGD, "finetune": finetune}
    alone = job(world, tmp_path / "alone", *BOTH, **changes)
    do(alone)
    found = launch([job(world, tmp_path / "two", *BOTH, **changes, parallel=way)], tmp_path / "jobs")
    assert found.returncode == 0, found.stderr
    assert_same_curve(tmp_path / "two", tmp_path / "alone")
    assert_same_weights(tmp_path / "two", tmp_path / "alone")


@pytest.mark.slow
def test_train__adapters_and_tables(world, tmp_path):
    do(job(world, tmp_path / "source", **(VALID | {"steps": 1})))
    adapters = {"attention": {"rank": 2}, "convolution": {"rank": 2, "targets": ["tower.5"]}}
    finetune = {"from": str(tmp_path / "source"), "adapters": adapters}
    store(tmp_path, inputs={}).path.rename(tmp_path / "toy")
    table = {**VALID, **SGD, "loss": "mse", "model": SECTIONS["senformer"]}

    def jobs(name, **more):
        return [
            job(world, tmp_path / f"adapters_{name}", **VALID, **SGD, act=MASKED, finetune=finetune, **more),
            job(tmp_path, tmp_path / f"table_{name}", "toy", **table, **more),
        ]

    for one in jobs("alone"):
        do(one)
    found = launch([*jobs("ddp", parallel="ddp"), *jobs("fsdp", parallel="fsdp")], tmp_path / "jobs")
    assert found.returncode == 0, found.stderr
    for kind in ("adapters", "table"):
        for way in ("ddp", "fsdp"):
            assert_same_curve(tmp_path / f"{kind}_{way}", tmp_path / f"{kind}_alone")
            assert_same_weights(tmp_path / f"{kind}_{way}", tmp_path / f"{kind}_alone")


@pytest.mark.slow
def test_train__three_processes_as_one(world, tmp_path):
    changes = {**VALID, **SGD, "batch_size": 6, "act": MASKED}
    do(job(world, tmp_path / "alone", **changes))
    jobs = [job(world, tmp_path / way, **changes, parallel=way) for way in ("ddp", "fsdp")]
    found = launch(jobs, tmp_path / "jobs", n=3)
    assert found.returncode == 0, found.stderr
    for way in ("ddp", "fsdp"):
        assert_same_curve(tmp_path / way, tmp_path / "alone")
        assert_same_weights(tmp_path / way, tmp_path / "alone")


@pytest.mark.gpu
@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_train__two_gpus_as_one(world, tmp_path, way):
    if torch.cuda.device_count() < 2:
        pytest.skip("fewer than two CUDA devices")
    changes = {**VALID, **SGD, "act": MASKED, "device": "cuda", "deterministic": True}
    do(job(world, tmp_path / "alone", *BOTH, **changes))
    found = launch([job(world, tmp_path / "two", *BOTH, **changes, parallel=way)], tmp_path / "jobs")
    assert found.returncode == 0, found.stderr
    ours, theirs = (
        [line["loss"] for line in curve(tmp_path / name) if "loss" in line] for name in ("two", "alone")
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
