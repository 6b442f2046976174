import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tests.model.tiling.compare import assert_same, model_in
from tests.model.tiling.shared_batch import examples, learn

from senformer.model.tiling import statistics
from senformer.model.tiling.pieces import pieces
from senformer.model.tiling.statistics import normed_sums

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("tile", [7, 40, 1000])
def test_normed_sums__stem_from_its_windows(tile, monkeypatch):
    monkeypatch.setattr(statistics, "_TILE", tile)
    model = model_in("training")
    x = torch.randn(3, 88, 4, dtype=torch.float64)
    values = model.stem.conv(x).flatten(0, 1)
    found = normed_sums(pieces(model.stem, model.tower)[0], x)
    torch.testing.assert_close(found, torch.stack([values.sum(0), values.square().sum(0)]))


# Either way in both processes, and a process whose own batch is small beside one whose batch is large.
@pytest.mark.slow
@pytest.mark.parametrize("way", ["tiled-tiled", "plain-plain", "tiled-plain"])
def test_two_processes__equal_one_with_the_whole_batch(way, tmp_path):
    command = [sys.executable, "-m", "tests.model.tiling.shared_batch"]
    ranks = [subprocess.Popen([*command, str(rank), way, str(tmp_path)], cwd=ROOT) for rank in range(2)]
    assert [rank.wait(timeout=120) for rank in ranks] == [0, 0]
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    running = {name for name in first if "running" in name}
    assert all(torch.equal(first[name], second[name]) for name in running)
    # Parameters' gradients add up over processes; averaging them, as DDP does, gives those of a mean.
    found = {
        name: value if name in running else value + second[name]
        for name, value in first.items()
        if name != "x"
    }
    found["x"] = torch.cat([first["x"], second["x"]])
    assert_same(found, learn(model_in("training"), examples(), "plain"), 1e-9)
