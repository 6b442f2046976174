"""The toy world of the training tests: 60 kb on two chromosomes, its dataset, a tiny model."""

import hashlib
from pathlib import Path

from senformer.dataset import Dataset, DatasetConfig, build, open_dataset
from senformer.simulate import SimulateConfig, simulate
from senformer.train import TrainConfig

WINDOW_BP = 2048
MODEL = {
    "name": "senformer",
    "channels": 16,
    "channel_divisor": 8,
    "n_layers": 1,
    "n_heads": 2,
    "key_size": 4,
    "n_position_features": 6,
    "attention": {"block_bins": 4},
}


def build_world(folder: Path) -> None:
    simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=0), folder / "world")
    for organism, bin_bp in (("human", 128), ("mouse", 128), ("fine", 64)):
        config = DatasetConfig(
            genome=str(folder / "world" / "genome.fa.gz"),
            tracks=str(folder / "world" / "tracks.tsv"),
            organism=organism,
            window_bp=WINDOW_BP,
            bin_bp=bin_bp,
            crop_bins=3,
            split={"valid": ["chr2"]},
        )
        build(config, folder / organism)


def open_world(folder: Path, *organisms: str) -> dict[str, Dataset]:
    return {organism: open_dataset(folder / organism) for organism in organisms}


def settings(**changes: object) -> TrainConfig:
    values = {"steps": 6, "batch_size": 2, "warmup_steps": 3, "device": "cpu", "precision": "fp32"}
    values |= {"checkpoint_every_steps": 2, "log_every_steps": 2, "threads": 1}
    return TrainConfig(**{**values, **changes})


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fingerprint(run: Path) -> dict[str, str]:
    """Return what must be the same after any interruption."""
    names = ("model/model.safetensors", "model/card.json", "metrics.jsonl")
    return {name: sha256(run / name) for name in names}
