"""Fitted models on the common path: train, evaluate, predict, score, verify."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.train.fit.bank import bank_section, starts_dataset
from tests.train.fit.toy import motif_dataset

from senformer.classical.config import FitConfig
from senformer.core.errors import ConfigError, OutputError
from senformer.core.shapes import BASES
from senformer.evaluate import evaluate
from senformer.genome import open_genome
from senformer.genome.interval import Interval
from senformer.model import load_model
from senformer.model.zoo import MODELS
from senformer.predict.regions import predict_regions
from senformer.train import TrainConfig, train
from senformer.train.fit import FITS
from senformer.train.fit.run import fit
from senformer.variants import score
from senformer.workflow.train import train_from_file
from senformer.workflow.verify import verify_path

OF_WORDS = {
    "gkm_svm": {"word_bp": 6, "known_bp": 4, "max_mismatches": 2},
    "kmer_svm": {"word_bp": 4},
}


# Few rows and a random bank: faster than as published.
TRAIN = {
    "mentr": {"rounds": 30, "learning_rate": 0.3, "l2": 1.0},
    "expecto": {"rounds": 200, "learning_rate": 1.0, "l2": 1e-6, "base": 0.5},
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return motif_dataset(tmp_path_factory.mktemp("data"))


def genome_with_a_motif(folder):
    """Return a genome of 300 bp with the motif at 100, and a variant that breaks it."""
    bases = [BASES[code] for code in np.random.default_rng(3).integers(0, 4, 300)]
    bases[100:107] = "GATTACA"
    (folder / "g.fa").write_text(f">chr1\n{''.join(bases)}\n")
    (folder / "v.tsv").write_text("chrom\tpos\tref\talt\nchr1\t104\tT\tG\n")


@pytest.mark.parametrize("name", OF_WORDS)
def test_fit__the_common_path(name, dataset, tmp_path):
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({"model": {"name": name, **OF_WORDS[name]}}))
    done = train_from_file(tmp_path / "c.yaml", [dataset.path], tmp_path / "r")
    assert (done["steps"], done["stopped_by"], done["n_train"]) == (0, "fit", 48)
    assert done["cross_validation"] == []
    found = evaluate(tmp_path / "r", dataset, tmp_path / "ev", split="test", device="cpu")
    assert (found["n_windows"], found["overlaps_training"]) == (12, False)
    assert found["auroc_mean"] > 0.9
    assert verify_path(tmp_path / "r", device="cpu")["dtype"] == "float64"
    genome_with_a_motif(tmp_path)
    where = tmp_path / "r", tmp_path / "g.fa", tmp_path / "v.tsv", tmp_path / "s.parquet"
    assert score(*where, device="cpu")["n_scored"] == 1
    assert pd.read_parquet(tmp_path / "s.parquet")["SAD"].item() < 0
    model, genome = load_model(tmp_path / "r" / "model"), open_genome(tmp_path / "g.fa")
    told = predict_regions(model, genome, [Interval("chr1", 88, 220)], tmp_path / "p", device="cpu")
    assert told["n_bins"] == 3


@pytest.mark.parametrize("name", TRAIN)
def test_fit__models_over_a_bank(name, tmp_path):
    dataset = starts_dataset(tmp_path)
    (tmp_path / "c.yaml").write_text(
        yaml.safe_dump({"model": bank_section(name, tmp_path), "train": TRAIN[name]})
    )
    done = train_from_file(tmp_path / "c.yaml", [dataset.path], tmp_path / "r")
    assert (done["steps"], done["stopped_by"]) == (0, "fit")
    found = evaluate(tmp_path / "r", dataset, tmp_path / "ev", split="train", device="cpu")
    assert found["auroc_mean"] > 0.5
    assert verify_path(tmp_path / "r", device="cpu")["dtype"] == "float32"
    genome_with_a_motif(tmp_path)
    where = tmp_path / "r", tmp_path / "g.fa", tmp_path / "v.tsv", tmp_path / "s.parquet"
    assert score(*where, device="cpu")["n_scored"] == 1
    model, genome = load_model(tmp_path / "r" / "model"), open_genome(tmp_path / "g.fa")
    assert model.card.training["datasets"]["toy"]["sha256"]
    told = predict_regions(model, genome, [Interval("chr1", 120, 240)], tmp_path / "p", device="cpu")
    assert told["n_bins"] == 2


def test_fit__cross_validation_stands_in_the_run(dataset, tmp_path):
    section = {"name": "gkm_svm", **OF_WORDS["gkm_svm"]}
    config = FitConfig(cross_validation=3)
    done = fit(section, config, {"toy": dataset}, tmp_path / "r")
    lines = [json.loads(line) for line in (tmp_path / "r" / "metrics.jsonl").read_text().splitlines()]
    assert [(line["track"], line["fold"], line["n"]) for line in lines] == [
        ("label", 0, 16),
        ("label", 1, 16),
        ("label", 2, 16),
        ("label", None, 48),
    ]
    assert done["cross_validation"] == lines[3:]
    assert lines[3]["auroc"] > 0.8
    # A finished run is left as it is; one that was stopped is fitted anew, to the same model.
    assert fit(section, config, {"toy": dataset}, tmp_path / "r", resume=True) == done
    (tmp_path / "r" / "DONE.json").unlink()
    again = fit(section, config, {"toy": dataset}, tmp_path / "r", resume=True)
    assert again["model_sha256"] == done["model_sha256"]
    with pytest.raises(OutputError, match="holds a run"):
        fit(section, config, {"toy": dataset}, tmp_path / "r")


@pytest.mark.parametrize("name", ["kmer_svm", "expecto"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [({"sequence": {}}, "gives extra, and {} reads sequence"), ({}, "gives 'extra', which {} does not read")],
)
def test_fit__inputs_are_those_of_the_model(name, changes, message, tmp_path):
    dataset = starts_dataset(tmp_path, inputs={"extra": {"columns": ["other"]}}, **changes)
    section = {"name": name} if name == "kmer_svm" else bank_section(name, tmp_path)
    config = FITS[name].config_class()
    with pytest.raises(ConfigError, match=message.format(name)) as caught:
        fit(section, config, {"toy": dataset}, tmp_path / "r")
    assert caught.value.code == "E647"
    assert not (tmp_path / "r").exists()


def test_fit__faults(dataset, tmp_path):
    section = {"name": "kmer_svm"}
    with pytest.raises(ConfigError, match=r"there are 2: a, b. Give the one dataset"):
        fit(section, FitConfig(), {"a": dataset, "b": dataset}, tmp_path / "r")
    with pytest.raises(ConfigError, match="kmer_svm is fitted at once, it takes no steps"):
        train(section, TrainConfig(steps=1), {"toy": dataset}, tmp_path / "r")
    (tmp_path / "c.yaml").write_text("model: gkm_svm\ntrain: {steps: 3}\n")
    with pytest.raises(ConfigError, match=r"unknown key 'steps'"):
        train_from_file(tmp_path / "c.yaml", [dataset.path], tmp_path / "r")
    with pytest.raises(ConfigError, match=r"train\.threads: has no effect under model kmer_svm"):
        fit(section, FitConfig(threads=1), {"toy": dataset}, tmp_path / "r")
    with pytest.raises(ConfigError, match=r"model\.gamma: has no effect under kernel gkm_esttrunc"):
        fit({"name": "gkm_svm", "gamma": 2.0}, FitConfig(), {"toy": dataset}, tmp_path / "r")
    delta_svm = {"name": "gkm_svm", **MODELS["gkm_svm"].variants["delta_svm"]}
    with pytest.raises(ConfigError, match=r"readout: words is for scoring .* --readout words") as caught:
        fit(delta_svm, FitConfig(), {"toy": dataset}, tmp_path / "r")
    assert caught.value.code == "E686"
    assert not (tmp_path / "r").exists()
