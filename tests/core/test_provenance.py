import json

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
