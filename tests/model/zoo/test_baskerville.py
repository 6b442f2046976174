import json

import numpy as np
import pandas as pd
import pytest
import torch

from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.evaluate import evaluate
from senformer.genome import open_genome
from senformer.genome.interval import Interval
from senformer.model import create_model, load_model
from senformer.predict.regions import predict_regions
from senformer.simulate import SimulateConfig, simulate
from senformer.train import TrainConfig, train
from senformer.variants import score

TINY = {
    "stem_channels": 64,
    "stem_width": 7,
    "tower_channels": [80, 88, 96, 104, 120, 128],
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 32,
    "final_channels": 0,
    "window_bp": 131_072,
    "crop_bins": 1024,
    "heads": {"human": 74},
}


@pytest.fixture(scope="module")
def published():
    with torch.device("meta"):
        return create_model("baskerville")


def test_baskerville__window_of_borzoi(published):
    assert (published.window_bp, published.bin_bp, published.crop_bins) == (524_288, 32, 5120)
    codes = torch.empty(1, 128 * 32, dtype=torch.uint8, device="meta")
    assert published.eval().trunk(codes, crop_bins=4).shape == (1, 4 * 32 - 8, 1920)


def test_baskerville__parameters_of_borzoi(published):
    parts = {
        name: sum(p.numel() for p in published.get_submodule(name).parameters())
        for name in ("stem", "transformer.0", "upsampling.0", "upsampling.1", "final", "heads.human")
    }
    assert parts == {
        "stem": 4 * 15 * 512 + 512,
        # As Enformer's, but for 32 features of position instead of 192.
        "transformer.0": 15_840_256 - 160 * 512,
        "upsampling.0": 2 * (2 * 1536 + 1536 * 1536 + 1536) + 3 * 1536 + 1536 * 1536 + 1536,
        "upsampling.1": (2 * 1536 + 1536 * 1536 + 1536)
        + (2 * 1280 + 1280 * 1536 + 1536)
        + 3 * 1536
        + 1536 * 1536
        + 1536,
        "final": 2 * 1536 + 1536 * 1920 + 1920,
        "heads.human": 7611 * 1921,
    }
    assert published.card.parameters == 190_902_667


def test_baskerville__parameters_of_the_small_published_model():
    with torch.device("meta"):
        model = create_model("baskerville", **TINY)
    assert model.card.parameters == 640_882
    # Keras counts the running statistics of its batch normalizations too.
    assert model.card.parameters + sum(buffer.numel() for buffer in model.buffers()) == 642_994


SMALL = {
    "name": "baskerville",
    "stem_channels": 8,
    "stem_width": 7,
    "tower_channels": [8, 12, 12, 16, 16, 16],
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 4,
    "n_position_features": 8,
    "final_channels": 0,
    "attention": {"kind": "bigbird", "block_bins": 4},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train a small model on a small world by the one loop; return the folder of all of it."""
    folder = tmp_path_factory.mktemp("baskerville")
    simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=8), folder / "world")
    config = DatasetConfig(
        genome=str(folder / "world/genome.fa.gz"),
        tracks=str(folder / "world/tracks.tsv"),
        organism="toy",
        window_bp=4096,
        bin_bp=32,
        crop_bins=16,
        split={"test": ["chr2"]},
    )
    build(config, folder / "dataset")
    how = TrainConfig(
        steps=30,
        batch_size=4,
        learning_rate=3e-3,
        warmup_steps=3,
        device="cpu",
        log_every_steps=10,
        threads=1,
    )
    train(SMALL, how, {"toy": open_dataset(folder / "dataset")}, folder / "run")
    return folder


@pytest.mark.slow
def test_baskerville__learns_by_the_one_loop(trained):
    losses = [json.loads(line)["loss"] for line in (trained / "run/metrics.jsonl").read_text().splitlines()]
    assert losses[-1] < 0.9 * losses[0]
    model = load_model(trained / "run/model", verify=True)
    assert (model.bin_bp, model.crop_bins, model.card.window_bp) == (32, 16, 4096)


@pytest.mark.slow
def test_baskerville__evaluates_predicts_and_scores(trained):
    run, genome = trained / "run", trained / "world/genome.fa.gz"
    found = evaluate(run, open_dataset(trained / "dataset"), trained / "evaluation", device="cpu")
    assert np.isfinite(found["pearson_mean"])
    model = load_model(run / "model")
    place = [Interval("chr1", 5000, 9000)]
    # Bins of 32 bp from 4,992 to 9,024.
    assert predict_regions(model, open_genome(genome), place, trained / "p", device="cpu")["n_bins"] == 126
    counts = score(run, genome, trained / "world/variants.vcf", trained / "scores.parquet", device="cpu")
    assert counts["n_scored"] == 8
    assert bool(pd.read_parquet(trained / "scores.parquet").select_dtypes("number").notna().all(axis=None))
