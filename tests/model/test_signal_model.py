import json

import numpy as np
import pytest
import torch

from senformer.core.errors import ConfigError, DataError
from senformer.dataset import build_dataset, open_dataset
from senformer.dataset.table.config import TableConfig
from senformer.evaluate import evaluate
from senformer.genome import open_genome
from senformer.genome.interval import Interval
from senformer.model import create_model, load_model
from senformer.model.zoo import MODELS
from senformer.predict.regions import predict_regions
from senformer.train import train
from senformer.train.recipe import train_settings
from senformer.variants import score

SMALL = {
    "deepchrome": {"channels": 6, "width": 3, "pool": 2, "dense": [8, 7]},
    "attentivechrome": {"hidden": 4, "over_marks": 3},
}
SIZES = {"n_bins": 12, "n_signals": 3}
N_ROWS = 60


def small(name):
    torch.manual_seed(0)
    return create_model(name, window_bp=1200, heads={"cell": 1}, **SIZES, **SMALL[name]).eval()


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """Build a table of genes, of which the marks of some say that they are expressed."""
    folder = tmp_path_factory.mktemp("marks")
    rng = np.random.default_rng(7)
    labels = np.arange(N_ROWS) % 2
    signals = rng.random((N_ROWS, 12, 3)) + 2.0 * labels[:, None, None]
    np.save(folder / "marks.npy", signals)
    splits = ["train", "train", "valid", "test"]
    rows = [f"g{row}\t{labels[row]}\t{splits[row // 2 % 4]}" for row in range(N_ROWS)]
    (folder / "genes.tsv").write_text("\n".join(["gene\texpressed\tsplit", *rows]) + "\n")
    config = TableConfig(
        kind="table",
        organism="cell",
        rows=str(folder / "genes.tsv"),
        id="gene",
        sequence={},
        values=["expressed"],
        inputs={"signals": {"file": str(folder / "marks.npy")}},
        window_bp=1200,
        split={"by": "column", "column": "split"},
    )
    build_dataset(config, folder / "d")
    return folder / "d"


@pytest.mark.parametrize("name", SMALL)
def test_signal_model__learns_from_a_table_and_is_evaluated(name, marks, tmp_path):
    datasets = {"cell": open_dataset(marks)}
    section = {"epochs": 20, "batch_size": 10, "learning_rate": 0.02, "device": "cpu", "threads": 1}
    config = train_settings(section, MODELS[name].recipe, datasets)
    train({"name": name, **SIZES, **SMALL[name]}, config, datasets, tmp_path / "run")
    found = evaluate(tmp_path / "run", datasets["cell"], tmp_path / "e", device="cpu")
    assert json.loads((tmp_path / "e/metrics.json").read_text())["auroc_mean"] == found["auroc_mean"] == 1.0
    load_model(tmp_path / "run/model", verify=True)


def test_signal_model__refuses_what_it_does_not_read():
    model = small("deepchrome")
    with pytest.raises(DataError, match="holds no 'signals', and the model reads no sequence"):
        model(torch.zeros(2, 1200, dtype=torch.uint8))
    with pytest.raises(DataError, match=r"Give numbers of shape \(2, 12, 3\)"):
        model({"signals": torch.zeros(2, 12, 4)})
    with pytest.raises(ConfigError, match="window_bp 1201 is no multiple of n_bins 12"):
        create_model("deepchrome", window_bp=1201, n_bins=12)


def test_signal_model__predicts_no_genome_and_scores_no_variant(tmp_path):
    (tmp_path / "g.fa").write_text(">chr1\n" + "ACGT" * 600 + "\n")
    (tmp_path / "v.tsv").write_text("chrom\tpos\tref\talt\nchr1\t1201\tA\tC\n")
    small("deepchrome").save(tmp_path / "m")
    model = load_model(tmp_path / "m")
    with pytest.raises(ConfigError, match="deepchrome reads no sequence, but signals"):
        predict_regions(
            model, open_genome(tmp_path / "g.fa"), [Interval("chr1", 0, 1200)], tmp_path / "p", device="cpu"
        )
    with pytest.raises(ConfigError, match="deepchrome reads no sequence, but signals"):
        score(tmp_path / "m", tmp_path / "g.fa", tmp_path / "v.tsv", tmp_path / "s.parquet", device="cpu")
    assert not (tmp_path / "p").exists()
    assert not (tmp_path / "s.parquet").exists()
