import json
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import planted


def test_uniformity__uniform_percentiles_pass_and_crowded_ones_do_not():
    even = (np.arange(400) + 0.5) / 4
    crowded = 100 * (even / 100) ** 0.5
    found = planted.uniformity(np.stack([even, crowded], axis=1), 1000)
    # of crowded ones u**0.5: the share below p is p**2, furthest from p at p = 0.5
    assert found["d_largest"] == pytest.approx(0.25, abs=0.01)
    assert found["tracks_uniform"] == 1
    assert found["share_below"]["50"] == pytest.approx((0.5 + 0.25) / 2, abs=0.01)


def test_groups__every_variant_is_in_one():
    truth = pd.DataFrame(
        {
            "kind": ["break", "control", "control", "control"],
            "motif": ["SP1", "SP1", "", ""],
            "element": ["e", "e", "e", ""],
        }
    )
    found = planted.groups(truth)
    assert [chosen.to_list().index(True) for chosen in found.values()] == [0, 3, 2, 1]
    assert sum(chosen.sum() for chosen in found.values()) == 4


@pytest.mark.slow
def test_main__small_world_end_to_end(tmp_path, monkeypatch):
    out, work = tmp_path / "out.json", tmp_path / "work"
    options = ["--work", str(work), "--out", str(out), "--short", "--variants", "200", "--random", "63"]
    monkeypatch.setattr(sys, "argv", ["x", *options])
    planted.main()
    found = json.loads(out.read_text())
    assert {row["model"] for row in found["effects"]} == {"model 1", "model 2", "ensemble of 2"}
    by_name = {row["scorer"]: row for row in found["effects"] if row["model"] == "model 1"}
    assert 0 <= by_name["SAD"]["auroc_planted"] <= 1
    assert by_name["D2"]["sign_right"] is None
    random = [row for row in found["percentiles"] if row["variants"] == "random"]
    assert {row["scorer"] for row in random} == set(planted.SCORERS)
    assert all(row["n_variants"] == 21 for row in random)
