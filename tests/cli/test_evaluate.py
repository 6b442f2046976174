import json

import pytest


@pytest.mark.slow
def test_evaluate__prints_a_row_an_assay(senformer, short_demo, tmp_path):
    answer = senformer(
        "evaluate",
        short_demo / "run",
        "--data",
        short_demo / "dataset",
        "--out",
        tmp_path / "e",
        "--split",
        "valid",
    )
    assert answer.code == 0, answer.err
    metrics = json.loads((tmp_path / "e" / "metrics.json").read_text())
    assert metrics["split"] == "valid"
    assert all(assay in answer.out for assay in metrics["by_assay"])


@pytest.mark.slow
def test_evaluate__a_split_that_is_not_there(senformer, short_demo, tmp_path):
    answer = senformer(
        "evaluate",
        short_demo / "run",
        "--data",
        short_demo / "dataset",
        "--out",
        tmp_path / "e",
        "--split",
        "tset",
    )
    assert answer.code != 0
    assert "tset" in answer.err
    assert not (tmp_path / "e").exists()
