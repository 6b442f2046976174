"""Extend and distill on a genome alone: the files of ``configs/``, as the how-to has them."""

from pathlib import Path

import pytest
import yaml

import senformer
from senformer.dataset import DatasetConfig, build, open_dataset
from senformer.evaluate import evaluate
from senformer.simulate import SimulateConfig, simulate
from senformer.workflow.train import train_from_file

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


def _read(name: str) -> dict:
    values = yaml.safe_load((CONFIGS / f"{name}.yaml").read_text())
    return {**values, "train": {**values["train"], "device": "cpu", "precision": "fp32", "threads": 1}}


def _train(folder: Path, values: dict, data: Path, out: str) -> dict:
    (folder / f"{out}.yaml").write_text(yaml.safe_dump(values))
    return train_from_file(folder / f"{out}.yaml", [data], folder / out)


@pytest.mark.slow
def test_extend__what_the_longer_window_and_the_sparse_kind_have_cost_comes_back_in_part(tmp_path):
    simulate(SimulateConfig(genome_bp=400_000, n_chromosomes=4, n_variants=0), tmp_path / "world")
    genome = str(tmp_path / "world" / "genome.fa.gz")
    first, second = _read("pretrain"), _read("extend")
    tracks = str(tmp_path / "world" / "tracks.tsv")
    build(DatasetConfig(genome=genome, tracks=tracks, **first["dataset"]), tmp_path / "cell_a")
    teacher = Path(_train(tmp_path, first, tmp_path / "cell_a", "pretrained")["model"])
    section = {**second["dataset"], "tracks_from": str(teacher)}
    build(DatasetConfig(genome=genome, **section), tmp_path / "windows")
    second["train"]["finetune"]["from"] = str(teacher)
    done = _train(tmp_path, second, tmp_path / "windows", "long")
    assert done["exported_step"] > 0
    attention, model = second["model"]["attention"], senformer.load_model(teacher)
    senformer.extend(model, window_bp=4096, attention=attention).save(tmp_path / "untrained")
    dataset, how = open_dataset(tmp_path / "windows"), {"device": "cpu", "batch_size": 4}
    before, after = (
        evaluate(tmp_path / name, dataset, tmp_path / f"drift-{name}", against=teacher, **how)["drift"]
        for name in ("untrained", "long")
    )
    assert after["relative_rms_mean"] < 0.97 * before["relative_rms_mean"]
    assert after["pearson_mean"] > before["pearson_mean"] > 0.9
    assert after["kept"] is None
