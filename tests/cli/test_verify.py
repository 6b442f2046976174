import shutil

import pytest


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
