import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.experiments.plan import Experiment, tasks
from benchmarks.experiments.work import do, is_out_of_memory, prepare

from senformer.predict.source import load_run_model

ROOT = Path(__file__).resolve().parents[3]
SMALL = {
    "title": "toy",
    "seeds": [1],
    "splits": ["valid", "test"],
    "drift": True,
    "data": {
        "toy": {
            "simulate": {"genome_bp": 60_000, "n_chromosomes": 3, "n_variants": 0, "seed": 7},
            "dataset": {
                "organism": "toy",
                "window_bp": 4096,
                "crop_bins": 4,
                "split": {"by": "chromosome", "valid": ["chr2"], "test": ["chr3"]},
            },
        }
    },
    "model": {
        "name": "enformer",
        "channels": 16,
        "channel_divisor": 4,
        "n_layers": 1,
        "n_heads": 2,
        "key_size": 4,
    },
    "arms": {
        "dense": {},
        "longer": {"after": "dense", "extend": {"window_bp": 8192, "attention": "bigbird"}},
        "tuned": {"after": "dense", "train": {"steps": 1, "finetune": {"train": "*.attention"}}},
        "distilled": {
            "after": "dense",
            "model": {"attention": {"kind": "bigbird", "block_bins": 4}},
            "train": {"steps": 1, "window_bp": 8192, "finetune": {"train": "*.attention"}, "distill": {}},
        },
    },
    "train": {"steps": 2, "batch_size": 1, "warmup_steps": 0, "validate_every_steps": 2, "threads": 1},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("experiment")
    experiment = Experiment.model_validate(SMALL)
    prepare("toy", experiment.data["toy"], out, out)
    return experiment, out


def test_prepare__makes_what_is_missing_and_no_more(made):
    experiment, out = made
    before = (out / "data" / "toy" / "DONE.json").stat().st_mtime_ns
    prepare("toy", experiment.data["toy"], out, out)
    assert (out / "worlds" / "toy" / "DONE.json").is_file()
    assert (out / "data" / "toy" / "DONE.json").stat().st_mtime_ns == before


@pytest.mark.slow
def test_do__trains_evaluates_and_keeps_what_was_found(made):
    experiment, out = made
    task, longer, tuned, distilled = tasks(experiment)
    found = do(experiment, task, out)
    assert found == json.loads((out / "runs" / "toy-dense-s1" / "result.json").read_text())
    assert (found["outcome"], found["steps"], found["arm"]) == ("finished", 2, "dense")
    assert found["test"]["toy"]["n_tracks"] == found["valid"]["toy"]["n_tracks"] == 7
    assert found["peak_bytes"] > 1e8
    # The same again leaves what is finished.
    assert do(experiment, task, out) == found
    extended = do(experiment, longer, out)
    assert (extended["outcome"], extended["steps"]) == ("finished", 0)
    assert load_run_model(out / "runs" / longer.name / "run").window_bp == 8192
    assert "drift" not in found
    assert extended["drift"]["toy"]["n_tracks"] == 7
    plain = do(experiment.model_copy(update={"drift": False}), tuned, out)
    assert plain["steps"] == 1
    assert "drift" not in plain
    taught = do(experiment, distilled, out)
    assert (taught["steps"], len(taught["drift"]["toy"]["by_distance"])) == (1, 8)
    settings = json.loads((out / "runs" / distilled.name / "run" / "run.json").read_text())["settings"]
    assert (
        settings["train.distill"]["teacher"] == load_run_model(out / "runs" / task.name / "run").card.sha256
    )


@pytest.mark.slow
def test_limit_memory__more_than_the_budget_is_refused():
    code = (
        "import torch; from benchmarks.experiments.work import is_out_of_memory, limit_memory\n"
        "limit_memory(1.0)\n"
        "try: torch.ones(3 << 28)\n"
        "except (MemoryError, RuntimeError) as fault: print(is_out_of_memory(fault))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "True"


def test_is_out_of_memory__another_fault_is_none():
    assert not is_out_of_memory(RuntimeError("shapes differ"))
