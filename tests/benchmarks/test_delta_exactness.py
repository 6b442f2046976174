import json
import sys

import numpy as np
import pytest

from benchmarks import delta_exactness
from senformer.genome.fasta import open_fasta


@pytest.fixture
def genome(tmp_path):
    bases = "".join(np.random.default_rng(1).choice(list("ACGT"), 12_000))
    (tmp_path / "g.fa").write_text(f">chr1\n{bases}\n")
    return tmp_path / "g.fa"


def test_draw_variants__kinds_in_turn_inside_the_window(genome):
    rng = np.random.default_rng(2)
    window, drawn = delta_exactness.draw_variants(open_fasta(genome), 10_240, 8, rng)
    assert [kind for kind, _ in drawn] == list(delta_exactness.KINDS) * 2
    for kind, variant in drawn:
        assert window.start <= variant.start < window.end
        removed, added = delta_exactness.KINDS[kind]
        assert (len(variant.ref), len(variant.alt)) == (removed, added)
        if removed == added:
            assert all(one != other for one, other in zip(variant.ref, variant.alt, strict=True))


@pytest.mark.slow
def test_main__small_models_agree_and_effects_are_there(genome, tmp_path, monkeypatch):
    out = tmp_path / "out.json"
    monkeypatch.setattr(
        sys, "argv", ["x", "--genome", str(genome), "--out", str(out), "--variants", "4", "--small"]
    )
    delta_exactness.main()
    found = json.loads(out.read_text())
    assert [row["model"] for row in found["rows"]] == ["enformer"] * 4 + ["senformer"] * 4
    assert all(row["largest_effect"] > 0.01 * row["largest_prediction"] for row in found["rows"])
    assert all(0 < value["of_effect"] < 1e-3 for value in found["largest"].values())
