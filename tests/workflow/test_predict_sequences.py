import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from tests.dataset.table.toy import WINDOW_BP, toy_config, toy_rows, write_table

from senformer.core.errors import DataError, OutputError, UsageError
from senformer.dataset import build_dataset, open_dataset
from senformer.evaluate import evaluate
from senformer.model import create_model
from senformer.predict.predictor import Predictor
from senformer.predict.sequences import SequencePredictor, predict_sequences, usual_batch
from senformer.predict.source import load_run_model
from senformer.train.export import describe_dataset, track_card
from senformer.workflow.convert import ConvertConfig, convert
from senformer.workflow.predict_sequences import predict_from_sequences


@pytest.fixture(scope="module")
def table_path(tmp_path_factory):
    return write_table(tmp_path_factory.mktemp("rows") / "toy.tsv", toy_rows())


@pytest.fixture(scope="module")
def dataset(table_path, tmp_path_factory):
    out = tmp_path_factory.mktemp("store") / "dataset"
    rule = {"pad": "right", "flanks": {"left": "ACCGT", "right": "GG"}}
    build_dataset(toy_config(table_path, inputs=None, **rule), out)
    return open_dataset(out)


@pytest.fixture(scope="module")
def run(dataset, tmp_path_factory):
    """A model as it is after training on the table, but for its weights."""
    torch.manual_seed(4)
    model = create_model("mpra_dragonn", window_bp=WINDOW_BP, channels=[5, 5, 5], heads={"toy": 2})
    model.card.heads = {"toy": [track_card(track) for track in dataset.tracks]}
    model.card.training = {"datasets": {"toy": describe_dataset(dataset)}}
    out = tmp_path_factory.mktemp("run")
    model.save(out / "model")
    return out


def predict(run, path, out, **given):
    return predict_from_sequences(run, path, out, column="seq", device="cpu", **given)


def test_predict_from_sequences__agrees_with_the_evaluation_of_the_table(run, dataset, table_path, tmp_path):
    counts = predict(run, table_path, tmp_path / "p.tsv", id_column="name", batch_size=3)
    assert (counts["n_sequences"], counts["n_tracks"], counts["n_bins"]) == (41, 2, 1)
    assert counts["iupac_bases"] == {"R": 1}
    found = pd.read_csv(tmp_path / "p.tsv", sep="\t")
    assert found.columns.tolist() == ["id", "plus", "minus"]
    assert found["id"].tolist() == [row["name"] for row in toy_rows()]
    codes = dataset.read_inputs(np.arange(41))["sequence"]
    by_table = Predictor(load_run_model(run), device="cpu").predict(codes, "toy")[:, 0]
    np.testing.assert_allclose(found[["plus", "minus"]], by_table, atol=1e-6)
    metrics = evaluate(run, dataset, tmp_path / "e", split="train", device="cpu")
    rows = dataset.windows.query("split == 'train'")["row"]
    measured = dataset.read_values(rows.to_numpy())
    told = pd.read_csv(tmp_path / "e" / "tracks.tsv", sep="\t")["pearson_r"]
    for track, name in enumerate(("plus", "minus")):
        known = np.isfinite(measured[:, track])
        ours = np.corrcoef(found[name].to_numpy()[rows][known], measured[known, track])[0, 1]
        assert ours == pytest.approx(told[track], abs=1e-5)
    assert metrics["n_windows"] == len(rows)
    record = json.loads((tmp_path / "e" / "run.json").read_text())
    assert record["config"]["batch_size"] == usual_batch(WINDOW_BP) > 4


@pytest.mark.parametrize("name", ["p.tsv", "p.tsv.gz", "p.parquet"])
def test_predict_from_sequences__formats_hold_the_same(run, table_path, tmp_path, monkeypatch, name):
    monkeypatch.setattr("senformer.predict.sequences._AT_ONCE", 10 * WINDOW_BP)
    out = tmp_path / name
    predict(run, table_path, out, id_column="name", strands="forward", batch_size=5)
    found = pd.read_parquet(out) if name.endswith("parquet") else pd.read_csv(out, sep="\t")
    texts = pd.Series({row["name"]: row["seq"] for row in toy_rows()})
    expected = predict_sequences(run, texts, strands="forward", device="cpu")
    np.testing.assert_allclose(found[["plus", "minus"]], expected, rtol=1e-5, atol=1e-6)
    assert found["id"].tolist() == texts.index.tolist()
    record = json.loads((tmp_path / f"{name}.run.json").read_text())
    assert record["config"]["pad"] == "right"
    assert record["counts"]["n_sequences"] == 41


def test_predict_from_sequences__parquet_says_the_units(run, table_path, tmp_path):
    predict(run, table_path, tmp_path / "p.parquet")
    assert b"scaled" in pq.read_schema(tmp_path / "p.parquet").field("plus").metadata[b"unit"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["seq"], "holds no sequence"),
        (["seq", "ACGT", "ACXT"], r"line 3, column 'seq': letter 'X' at index 2"),
        (["seq", "ACGT" * 9], r"line 2, column 'seq': the sequence has 36 bases, more than window_bp 32"),
    ],
)
def test_predict_from_sequences__a_wrong_file_leaves_nothing(run, tmp_path, lines, message):
    path = tmp_path / "s.tsv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=message):
        predict(run, path, tmp_path / "out" / "p.tsv")
    assert [child.name for child in tmp_path.iterdir()] == ["s.tsv"]


def test_predict_from_sequences__a_failure_on_the_way_leaves_nothing(run, table_path, tmp_path, monkeypatch):
    monkeypatch.setattr("senformer.predict.sequences._AT_ONCE", 10 * WINDOW_BP)
    plain, calls = Predictor.predict, []

    def fail(self, *given, **more):
        calls.append(1)
        if len(calls) == 3:
            raise DataError("E708", "row", "the model's prediction is not finite")
        return plain(self, *given, **more)

    monkeypatch.setattr(Predictor, "predict", fail)
    with pytest.raises(DataError, match="not finite"):
        predict(run, table_path, tmp_path / "p.tsv", batch_size=5)
    assert not list(tmp_path.iterdir())


def test_predict_from_sequences__a_file_that_changes_is_no_result(run, table_path, tmp_path, monkeypatch):
    path = tmp_path / "s.tsv"
    path.write_bytes(table_path.read_bytes())
    plain = SequencePredictor.widen

    def shorten(self, longest_bp):
        path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
        plain(self, longest_bp)

    monkeypatch.setattr(SequencePredictor, "widen", shorten)
    with pytest.raises(DataError, match="changed while it was read"):
        predict(run, path, tmp_path / "p.tsv")
    assert [child.name for child in tmp_path.iterdir()] == ["s.tsv"]


def test_predict_from_sequences__outputs(run, table_path, tmp_path):
    with pytest.raises(UsageError, match=r"Use one of \.tsv, \.tsv\.gz, \.parquet"):
        predict(run, table_path, tmp_path / "p.vcf")
    (tmp_path / "p.tsv").write_text("mine")
    with pytest.raises(OutputError, match="the output file exists"):
        predict(run, table_path, tmp_path / "p.tsv")


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("part", ["test", "neg.test"])
def test_predict_from_sequences__published_predictions_of_lsgkm(shared_data, tmp_path, part):
    base = str(shared_data / "lsgkm_nfe2" / "wgEncodeSydhTfbsGm12878Nfe2hStdAlnRep0")
    convert(Path(f"{base}.model.txt"), tmp_path / "m", ConvertConfig())
    predict_from_sequences(tmp_path / "m", f"{base}.{part}.fa", tmp_path / "p.tsv", device="cpu")
    found = pd.read_csv(tmp_path / "p.tsv", sep="\t")
    told = pd.read_csv(f"{base}.{part}.pred.txt", sep="\t", header=None)
    assert found["id"].tolist() == told[0].tolist()
    np.testing.assert_allclose(found["human_0"], told[1], atol=1e-5)


@pytest.mark.slow
@pytest.mark.real_data
def test_predict_from_sequences__published_predictions_of_mpra_dragonn(shared_data, tmp_path):
    folder = shared_data / "parity_mpra_dragonn"
    convert(folder / "pretrained.hdf5", tmp_path / "m", ConvertConfig(model="mpra_dragonn"))
    table = folder / "predictions.tsv"
    given = {"column": "sequence_145bp", "strands": "forward", "device": "cpu"}
    predict_from_sequences(tmp_path / "m", table, tmp_path / "p.parquet", **given)
    found, told = pd.read_parquet(tmp_path / "p.parquet"), pd.read_csv(table, sep="\t")
    np.testing.assert_allclose(found.iloc[:, 1:], told.iloc[:, 1:], atol=1e-5)
