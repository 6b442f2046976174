"""Write the golden data of ``tests/golden`` anew.

``toy_losses.json`` holds the loss of the first 20 steps on a small simulated world, float32 on one CPU
thread: a change that is not meant to alter numbers must leave it as it is.
"""

import json
import sys
import tempfile
from pathlib import Path

from senformer.core.commit import write_json
from senformer.core.config import parse
from senformer.core.provenance import versions
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.simulate import SimulateConfig, simulate
from senformer.train import TrainConfig, train

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
LOSSES = GOLDEN / "toy_losses.json"
RTOL = 1e-4  # other CPUs add in another order

DATASET = {
    "organism": "toy",
    "window_bp": 4096,
    "crop_bins": 2,
    "split": {"by": "chromosome", "test": ["chr2"]},
}
MODEL = {
    "name": "senformer",
    "channels": 32,
    "channel_divisor": 8,
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 8,
    "attention": {"kind": "bigbird", "block_bins": 4, "random_blocks": 1, "seed": 3},
}
TRAIN = {
    "steps": 20,
    "batch_size": 3,
    "learning_rate": 1e-3,
    "warmup_steps": 5,
    "precision": "fp32",
    "threads": 1,
    "device": "cpu",
}


def toy_losses(folder: Path) -> list[float]:
    """Simulate, build and train in ``folder``; return the loss of every step."""
    world, store, run = folder / "world", folder / "dataset", folder / "run"
    simulate(SimulateConfig(genome_bp=60_000, n_chromosomes=2, n_variants=20, seed=5), world)
    inputs = {"genome": str(world / "genome.fa.gz"), "tracks": str(world / "tracks.tsv")}
    build(parse(DatasetConfig, {**inputs, **DATASET}, "golden"), store)
    train(MODEL, parse(TrainConfig, TRAIN, "golden"), {"toy": open_dataset(store)}, run)
    lines = (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [row["loss"] for row in map(json.loads, lines) if "loss" in row]


def main() -> None:
    """Write the file and say how far it moved."""
    with tempfile.TemporaryDirectory() as folder:
        losses = toy_losses(Path(folder))
    if LOSSES.is_file():
        old = json.loads(LOSSES.read_text(encoding="utf-8"))["losses"]
        print("largest change:", max(abs(a - b) for a, b in zip(losses, old, strict=True)))
    made_by = {"tool": "scripts/golden.py", "versions": versions(), "rtol": RTOL}
    write_json(LOSSES, {"made_by": made_by, "losses": losses})
    print(f"wrote {LOSSES}", file=sys.stderr)


if __name__ == "__main__":
    main()
