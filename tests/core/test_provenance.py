import importlib.util
import json
import shutil
import subprocess

from senformer.core import provenance
from senformer.core.commit import sha256, write_json
from senformer.core.provenance import describe_input, versions, write_record


def test_write_record__names_command_config_seed_inputs_and_versions(tmp_path):
    data = tmp_path / "in.txt"
    data.write_text("x")
    write_record(tmp_path, "build", config={"a": 1}, seed=3, inputs={"genome": data}, n_windows=7)
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["command"] == "build"
    assert record["config"] == {"a": 1}
    assert record["seed"] == 3
    assert record["n_windows"] == 7
    assert record["inputs"]["genome"] == {"path": str(data), "bytes": 1, "sha256": sha256(data)}
    assert record["versions"]["senformer"] == versions()["senformer"]


def test_describe_input__a_folder_stands_for_its_closing_file(tmp_path):
    assert describe_input(tmp_path) == {"path": str(tmp_path)}
    write_json(tmp_path / "DONE.json", {})
    assert describe_input(tmp_path)["sha256"] == sha256(tmp_path / "DONE.json")


def _git(folder, *arguments):
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(["git", *settings, "-C", folder, *arguments], check=True, capture_output=True)
    return done.stdout.decode().strip()


def test_make_record__commit_of_our_own_source_alone(tmp_path):
    inside = tmp_path / "venv"
    inside.mkdir()
    shutil.copy(provenance.__file__, inside / "provenance.py")
    (tmp_path / ".gitignore").write_text("venv\n")
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", ".gitignore")
    _git(tmp_path, "commit", "--quiet", "-m", "another project")
    spec = importlib.util.spec_from_file_location("copied_provenance", inside / "provenance.py")
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    record = copy.make_record("build")
    assert (record["commit"], record["dirty"]) == (None, None)
    _git(tmp_path, "add", "--force", "venv/provenance.py")
    _git(tmp_path, "commit", "--quiet", "-m", "now it is its own")
    record = copy.make_record("build")
    assert (record["commit"], record["dirty"]) == (_git(tmp_path, "rev-parse", "HEAD"), False)
