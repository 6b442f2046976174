import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.evaluate.killed import tree
from tests.evaluate.test_evaluate import HOW, everything
from tests.evaluate.world import BIN_BP, CROP_BINS, WINDOW_BP, save_model
from tests.oracles.drift import drift, stitched

import senformer
from senformer.core.errors import ConfigError, DataError
from senformer.dataset import DatasetConfig, TableDataset, build, eval_windows, open_dataset
from senformer.evaluate import evaluate
from senformer.evaluate.against import make_reference
from senformer.evaluate.drift import DRIFT
from senformer.evaluate.genes.plan import GeneOptions
from senformer.evaluate.shares import parse_share
from senformer.model import load_model
from senformer.predict.predictor import Predictor

LONG_BP = 160  # targets of 38 bins, three windows of 14


@pytest.fixture(scope="module")
def longer(toy_run, tmp_path_factory):
    """Return the model extended to a longer window."""
    folder = tmp_path_factory.mktemp("longer") / "model"
    senformer.extend(load_model(toy_run / "model"), window_bp=LONG_BP).save(folder)
    return folder


def test_evaluate__against_itself_nothing_has_drifted(toy_run, toy_dataset, tmp_path):
    found = evaluate(toy_run, toy_dataset, tmp_path / "out", against=toy_run, **HOW)
    assert found["pearson_mean"] == pytest.approx(1.0)
    assert found["note"] == "The targets are another model's predictions: drift from it, not accuracy."
    assert found["drift"]["relative_rms_mean"] == found["drift"]["max_difference"] == 0
    assert found["drift"]["kept"] == 1
    plain = evaluate(toy_run, toy_dataset, tmp_path / "plain", **HOW)
    own = DRIFT.read(tmp_path / "out" / "drift.parquet")
    assert found["drift"]["measured_pearson_mean"] == pytest.approx(plain["pearson_mean"])
    assert own["pearson_r_measured"].notna().sum() == 3  # one is flat, one dark


def test_evaluate__against_another_as_written_out(toy_run, toy_dataset, tmp_path):
    other, model = tmp_path / "other", load_model(toy_run / "model")
    with torch.no_grad():
        for parameter in model.transformer.parameters():
            parameter.mul_(1.5)
    model.save(other)
    found = evaluate(toy_run, toy_dataset, tmp_path / "out", against=other, **HOW)
    sides = [everything(run, toy_dataset, "test")[0].reshape(15, 14, 5) for run in (toy_run, other)]
    expected = drift(*sides, range(14))
    table = DRIFT.read(tmp_path / "out" / "drift.parquet")
    keys = ["pearson_r", "rms", "relative_rms", "max_difference"]
    np.testing.assert_allclose(table[keys].to_numpy().T, expected, rtol=2e-4)
    assert found["pearson_mean"] == pytest.approx(expected[0].mean(), rel=1e-4)
    assert found["drift"]["pearson_mean"] == pytest.approx(found["pearson_mean"], rel=1e-9)
    with np.load(tmp_path / "out" / "examples.npz", allow_pickle=False) as examples:
        np.testing.assert_allclose(examples["measured"][-1], sides[1][-1], rtol=1e-5)
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["inputs"]["against"]["path"] == str(other / "model.safetensors")


def test_make_reference__a_longer_window_bin_by_bin(toy_run, toy_dataset, longer):
    model, short = load_model(longer), Predictor(load_model(toy_run / "model"), device="cpu")
    how = {"device": "cpu", "batch_size": 3, "shifts_bp": (-1, 0, 2)}
    reference = make_reference(toy_run, model, toy_dataset, "toy", **how)
    shifted = Predictor(short.model, **how)
    windows = eval_windows(toy_dataset, "test", LONG_BP, CROP_BINS)
    margin = shifted.margin_bp
    codes = np.stack(
        [
            toy_dataset.sequence(row.chrom, row.start - margin, row.end + margin, pad=True)
            for row in windows.itertuples()
        ]
    )
    found = reference.predict(codes)
    n_bins = LONG_BP // BIN_BP - 2 * CROP_BINS
    assert found.shape == (len(windows), n_bins, 5)
    first = [min(bin_, n_bins - 14) for bin_ in range(0, n_bins, 14)]
    tiles = [(bin_ * BIN_BP, slice(14 * place - bin_, 14)) for place, bin_ in enumerate(first)]
    for row, window in zip(found, codes, strict=True):
        expected = stitched(
            lambda cut: shifted.predict(cut[None], "toy")[0], window, tiles, WINDOW_BP + 2 * margin
        )
        np.testing.assert_allclose(row, expected, rtol=1e-4)


def test_evaluate__against_in_shares_and_parts(toy_run, toy_dataset, longer, tmp_path, monkeypatch):
    def run(out, **more):
        return evaluate(longer, toy_dataset, out, against=toy_run, **HOW, **more)

    monkeypatch.setattr("senformer.evaluate.count._PART_WINDOWS", 2)
    run(tmp_path / "whole")
    for share in ("1/2", "2/2"):
        run(tmp_path / "shared", share=parse_share(share))
    run(tmp_path / "shared")
    assert tree(tmp_path / "shared") == tree(tmp_path / "whole")


def test_evaluate__against_what_cannot_be_compared(toy_run, toy_dataset, longer, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match="reach beyond a window of 64 bp"):
        evaluate(toy_run, toy_dataset, out, against=longer, **HOW)
    wrong = save_model(tmp_path / "wrong", toy_dataset, heads={"toy": 4})
    with pytest.raises(DataError, match="the dataset has 5 tracks, the model 4"):
        evaluate(toy_run, toy_dataset, out, against=wrong, **HOW)
    genes = GeneOptions(tmp_path / "genes.gtf")
    with pytest.raises(ConfigError, match="compares with what was measured at genes"):
        evaluate(toy_run, toy_dataset, out, against=toy_run, genes=genes, **HOW)
    assert not out.exists()


def test_evaluate__of_windows_of_a_genome(toy_run, toy_dataset, longer, tmp_path):
    """Without a measurement the drift is the same, and nothing is said of accuracy."""
    genome = str(toy_dataset.path.parent / "genome.fa")
    section = toy_dataset.config.model_dump(exclude={"tracks"}, exclude_unset=True)
    build(DatasetConfig(**{**section, "genome": genome, "tracks_from": str(toy_run)}), tmp_path / "genome")
    dataset = open_dataset(tmp_path / "genome")
    measured, found = (
        evaluate(longer, one, tmp_path / name, against=toy_run, **HOW)["drift"]
        for name, one in (("a", toy_dataset), ("b", dataset))
    )
    assert found["measured_pearson_mean"] is found["measured_pearson_mean_against"] is found["kept"] is None
    assert measured["measured_pearson_mean"] is not None
    assert found["by_distance"] == measured["by_distance"]
    assert found["relative_rms_mean"] == measured["relative_rms_mean"]
    with pytest.raises(ConfigError, match=r"holds no measurements.*Give --against MODEL"):
        evaluate(longer, dataset, tmp_path / "c", **HOW)
    assert not (tmp_path / "c").exists()


def test_make_reference__of_a_table(toy_run):
    table = TableDataset.__new__(TableDataset)
    table.path = Path("rows")
    with pytest.raises(ConfigError, match="rows: is a table; two models are compared on windows of a genome"):
        make_reference(toy_run, load_model(toy_run / "model"), table, "toy")
