"""Convolutional models of tracks learn on a genome by the one loop, and are evaluated and predicted."""

import json

import pytest

from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.evaluate import evaluate
from senformer.genome import open_genome
from senformer.genome.interval import Interval
from senformer.model import load_model
from senformer.model.zoo import MODELS
from senformer.predict.regions import predict_regions
from senformer.simulate import SimulateConfig, simulate
from senformer.train import train
from senformer.train.recipe import train_settings

_SIZES = {"channels": [16, 16, 16], "widths": [11, 5, 5], "pools": [4, 4, 2], "dilated_channels": 8}
SECTIONS = {
    "basenji": {**_SIZES, "dilations": [1, 2]},
    "basenji2": {**_SIZES, "dilations": [1, 2], "final_channels": 24},
    "bpnet": {"channels": 12, "dilations": [2, 4, 8], "control_tracks": 0, "strands": 1},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=8), folder / "w")
    return folder / "w"


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_genome_training__by_its_recipe(name, world, tmp_path):
    bin_bp = 1 if name == "bpnet" else 32
    config = DatasetConfig(
        genome=str(world / "genome.fa.gz"),
        tracks=str(world / "tracks.tsv"),
        organism="toy",
        window_bp=512,
        bin_bp=bin_bp,
        crop_bins=0,
        split={"test": ["chr2"]},
    )
    build(config, tmp_path / "d")
    data = {"toy": open_dataset(tmp_path / "d")}
    given = {"steps": 40, "batch_size": 8, "device": "cpu", "threads": 1, "log_every_steps": 5}
    rate = {"basenji2": 0.01}.get(name, 0.004)
    how = train_settings({**given, "learning_rate": rate}, MODELS[name].recipe, data)
    train({"name": name, **SECTIONS[name]}, how, data, tmp_path / "run")
    losses = [json.loads(line)["loss"] for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert losses[-1] < 0.9 * losses[0]
    found = evaluate(tmp_path / "run", data["toy"], tmp_path / "ev", split="test", device="cpu")
    assert found["n_bins"] == found["n_windows"] * 512 // bin_bp
    model = load_model(tmp_path / "run/model", verify=True)
    where = open_genome(world / "genome.fa.gz"), [Interval("chr1", 5024, 6048)], tmp_path / "p"
    assert predict_regions(model, *where, device="cpu")["n_bins"] == 1024 // bin_bp
