import os
import subprocess
import sys

import pytest

CONFIG = """
model: {name: senformer, channels: 32, channel_divisor: 8, n_layers: 1, n_heads: 2, key_size: 8}
train: {steps: 2, batch_size: 2, warmup_steps: 1}
"""


def test_train__options_go_before_the_file(senformer, tmp_path, monkeypatch):
    given = {}
    monkeypatch.setattr(
        "senformer.workflow.train.train_from_file", lambda *_, **options: given.update(options)
    )
    call = ("train", tmp_path / "x.yaml", "--data", tmp_path, "--out", tmp_path / "run")
    assert senformer(*call, "--seed", "7", "--device", "cpu", "--steps", "3").code == 0
    assert given == {"resume": False, "steps": 3, "seed": 7, "device": "cpu"}


@pytest.mark.slow
def test_train__then_resume_says_it_is_finished(senformer, short_demo, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text(CONFIG)
    call = ("train", config, "--data", short_demo / "dataset", "--out", tmp_path / "run")
    assert "after 2 steps" in senformer(*call).out
    assert senformer(*call).code == 73
    resumed = senformer(*call, "--resume")
    assert resumed.code == 0
    assert "is finished: 2 steps" in resumed.err


@pytest.mark.slow
def test_train__resume_with_other_settings_names_the_key(senformer, short_demo, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text(CONFIG)
    call = ("train", config, "--data", short_demo / "dataset", "--out", tmp_path / "run")
    assert senformer(*call).code == 0
    config.write_text(CONFIG.replace("batch_size: 2", "batch_size: 3"))
    answer = senformer(*call, "--resume")
    assert answer.code == 78
    assert "batch_size" in answer.err


@pytest.mark.slow
def test_train__unknown_model_key_suggests_the_nearest(senformer, short_demo, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text(CONFIG.replace("n_layers", "layers"))
    answer = senformer("train", config, "--data", short_demo / "dataset", "--out", tmp_path / "run")
    assert answer.code == 78
    assert "Did you mean 'n_layers'?" in answer.err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_train__two_processes_speak_with_one_voice(short_demo, tmp_path):
    config = tmp_path / "x.yaml"
    config.write_text(CONFIG)

    def run(*more: object) -> subprocess.CompletedProcess:
        main = "from senformer.cli.main import main; main()"
        launch = [
            "-m",
            "torch.distributed.run",
            "--nproc-per-node=2",
            "--no-python",
            sys.executable,
            "-c",
            main,
        ]
        call = ["train", config, "--data", short_demo / "dataset", "--out", tmp_path / "run", *more]
        command = [str(part) for part in (sys.executable, *launch, *call)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    found = run()
    assert found.returncode == 0, found.stderr
    assert found.stdout == f"Model {tmp_path / 'run' / 'model'} after 2 steps (steps).\n"
    assert found.stderr.count("is finished: 2 steps") == 1
    assert "Warning" not in found.stderr
    assert run().stderr.count("error[E804]") == 1
    config.write_text(CONFIG.replace("batch_size", "batch_siz"))
    told = run("--resume").stderr
    assert told.count("error[") == told.count("Did you mean 'batch_size'?") == 1
