import json
import shutil

import pytest
from tests.dataset.toy import write_toy

from senformer.dataset import build


@pytest.mark.slow
def test_verify__a_run_and_a_damaged_copy(senformer, short_demo, tmp_path):
    assert "model verified" in senformer("verify", short_demo / "run").out
    shutil.copytree(short_demo / "run" / "model", tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-3] ^= 1
    weights.write_bytes(data)
    answer = senformer("verify", tmp_path / "model")
    assert answer.code == 65
    assert "model.safetensors" in answer.err


def test_verify__a_dataset_with_files_of_others(senformer, tmp_path):
    toy, out = write_toy(tmp_path), tmp_path / "d"
    build(toy.config(), out)
    assert "manifest" not in senformer("verify", out).out
    for number in range(7):
        (out / f"notes{number}.txt").touch()
    answer = senformer("verify", out)
    assert answer.code == 0
    assert answer.out.splitlines()[1] == (
        "  warning: 7 files are not in the manifest and not proven: notes0.txt, notes1.txt, notes2.txt, "
        "notes3.txt, notes4.txt and 2 more. Remove what does not belong to the dataset."
    )
    assert json.loads(senformer("verify", out, "--json").out)["n_unlisted"] == 7
