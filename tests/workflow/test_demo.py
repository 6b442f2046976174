import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from senformer.core.config import read_raw_section
from senformer.workflow.demo import FULL, SHORT, DemoConfig, summarize


def test_plans__held_out_chromosomes_are_apart():
    for plan in (FULL, SHORT):
        split = plan["dataset"]["split"]
        assert not set(split["valid"]) & set(split["test"])


def test_plans__the_full_demo_is_what_the_example_config_says():
    example = Path(__file__).resolve().parents[2] / "configs" / "simulated.yaml"
    train = read_raw_section(example, "train")
    assert train.pop("max_minutes") == DemoConfig().minutes
    assert train.pop("seed") == DemoConfig().seed
    assert read_raw_section(example, "dataset") == FULL["dataset"]
    assert read_raw_section(example, "model") == FULL["model"]
    assert train == FULL["train"]


def test_config__full_demo_is_the_default():
    assert not DemoConfig().short


@pytest.mark.slow
def test_run_demo__leaves_metrics_and_an_offline_page(short_demo):
    metrics = json.loads((short_demo / "metrics.json").read_text())
    assert metrics["test"]["chroms"] == ["chr4"]
    assert -1 <= metrics["test"]["pearson_mean"] <= 1
    assert 0 <= metrics["variants"]["auroc_planted"] <= 1
    page = (short_demo / "report.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert 'src="http' not in page
    assert "AUROC" in summarize({**metrics, "report": "x"})


@pytest.mark.slow
def test_run_demo__killed_while_training_goes_on_and_finishes(tmp_path):
    out = tmp_path / "demo"
    command = [
        sys.executable,
        "-c",
        "from senformer.cli.main import main; main()",
        "demo",
        "--short",
        "--out",
        str(out),
    ]
    first = subprocess.Popen(command, start_new_session=True)
    while not list((out / "run" / "checkpoints").glob("step_*/state.json")):
        assert first.poll() is None, "the demo ended before it was killed"
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "simulate: done before" in done.stderr
    assert (out / "report.html").is_file()
