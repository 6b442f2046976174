import json

import numpy as np
import pandas as pd
import pytest
from tests.evaluate.genes.world import BIN_BP, CROP_BINS, EXPERIMENTS, STARTS, WINDOW_BP
from tests.evaluate.killed import tree
from tests.oracles.genes import correlation, expression, zscore

from senformer.evaluate import evaluate
from senformer.evaluate.genes.plan import GeneOptions
from senformer.evaluate.genes.tables import GENE_TRACKS, GENES
from senformer.evaluate.shares import Share
from senformer.predict.predictor import Predictor
from senformer.predict.source import load_run_model

HOW = {"device": "cpu", "batch_size": 4}
# g7 is masked everywhere.
KEPT = [place for place in range(len(STARTS)) if STARTS[place][0] != "g7"]


@pytest.fixture(scope="module", params=["centered", "tiled"])
def evaluation(request, gene_run, gene_dataset, gene_bed, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "evaluation"
    options = GeneOptions(gene_bed, windows=request.param)
    evaluate(gene_run, gene_dataset, out, genes=options, **HOW)
    return request.param, out


@pytest.fixture(scope="module")
def expected(gene_run, gene_dataset):
    """Return measured and predicted expression by placement, gene by gene."""
    predictor = Predictor(load_run_model(gene_run), device="cpu")
    found = {}
    for windows in ("centered", "tiled"):
        rows = [
            expression(
                predictor,
                gene_dataset,
                windows,
                tss,
                strand,
                EXPERIMENTS.values(),
                BIN_BP,
                WINDOW_BP,
                CROP_BINS,
            )
            for _, tss, strand in STARTS
        ]
        found[windows] = tuple(np.array([row[side] for row in rows]) for side in (0, 1))
    return found


def test_measure_genes__values_as_read_one_gene_at_a_time(evaluation, expected):
    windows, out = evaluation
    with np.load(out / "gene_values.npz", allow_pickle=False) as found:
        assert found["gene_id"].tolist() == [STARTS[place][0] for place in KEPT]
        assert found["names"].tolist() == list(EXPERIMENTS)
        for side, name in enumerate(("measured", "predicted")):
            np.testing.assert_allclose(found[name], expected[windows][side][KEPT], rtol=2e-5)
        assert np.argwhere(np.isnan(found["measured"])).tolist() == [[6, 3]]


def test_measure_genes__correlations_as_scipy_finds_them(evaluation, expected):
    windows, out = evaluation
    measured, predicted = (side[KEPT] for side in expected[windows])
    predicted = np.where(np.isnan(measured), np.nan, predicted)
    by_track = GENE_TRACKS.read(out / "gene_tracks.parquet")
    by_gene = GENES.read(out / "genes.parquet")
    assert by_track["n"].tolist() == [9, 9, 9, 8, 9]
    for kind, column in (("pearson", "pearson_r"), ("spearman", "spearman_rho")):
        across_genes = [correlation(x, y, kind) for x, y in zip(measured.T, predicted.T, strict=True)]
        np.testing.assert_allclose(by_track[column], across_genes, atol=1e-5)
        sides = zscore(measured), zscore(predicted)
        across_tracks = [correlation(x, y, kind) for x, y in zip(*sides, strict=True)]
        np.testing.assert_allclose(by_gene[column], across_tracks, atol=1e-5)
    metrics = json.loads((out / "metrics.json").read_text())["genes"]
    assert metrics["across_genes"]["pearson_r_mean"] == pytest.approx(by_track["pearson_r"].mean())
    assert metrics["across_tracks"]["spearman_rho_mean"] == pytest.approx(by_gene["spearman_rho"].mean())
    assert (metrics["n_genes"], metrics["n_tracks"], metrics["windows"]) == (9, 5, windows)


def test_measure_genes__says_what_was_left_out(evaluation):
    _, out = evaluation
    metrics = json.loads((out / "metrics.json").read_text())["genes"]
    assert (metrics["n_rows"], metrics["n_other_type"], metrics["n_further_starts"]) == (12, 0, 0)
    lost = {name: n for name, n in metrics["dropped"].items() if n}
    assert lost == {"unknown_chrom": 1, "outside_split": 1, "masked": 1}
    assert sum(lost.values()) + metrics["n_genes"] == metrics["n_rows"]


def test_measure_genes__tables_are_the_same_as_text(evaluation):
    _, out = evaluation
    for schema, name in ((GENES, "genes"), (GENE_TRACKS, "gene_tracks")):
        text = pd.read_csv(out / f"{name}.tsv", sep="\t", keep_default_na=False, na_values=["nan"])
        pd.testing.assert_frame_equal(text, schema.read(out / f"{name}.parquet"), check_dtype=False)
    assert "genes.parquet" in (out / "DONE.json").read_text()


@pytest.mark.slow
def test_measure_genes__leaves_the_rest_of_the_evaluation_as_it_was(
    evaluation, gene_run, gene_dataset, tmp_path
):
    _, out = evaluation
    evaluate(gene_run, gene_dataset, tmp_path / "plain", **HOW)
    plain = json.loads((tmp_path / "plain" / "metrics.json").read_text())
    found = json.loads((out / "metrics.json").read_text())
    del found["genes"]
    assert found == plain
    assert (out / "tracks.tsv").read_bytes() == (tmp_path / "plain" / "tracks.tsv").read_bytes()


def test_read_genes__shares_joined_are_the_whole(
    evaluation, gene_run, gene_dataset, gene_bed, tmp_path, monkeypatch
):
    windows, whole = evaluation
    # Parts of one batch each: the batches, on which the last bits depend, are those of the whole.
    monkeypatch.setattr("senformer.evaluate.genes.measure._PART_WINDOWS", HOW["batch_size"])
    how = {"genes": GeneOptions(gene_bed, windows=windows), **HOW}
    out, counts = tmp_path / "out", []
    for number in (1, 2, 3):
        counts.append(evaluate(gene_run, gene_dataset, out, share=Share(number, 3), **how)["n_parts"])
    made = [sorted(path.name for path in folder.rglob("genes-*")) for folder in sorted(tmp_path.iterdir())]
    # One part of the split's windows, in the first share; parts of genes in turn.
    assert [len(names) for names in made] == [counts[0] - 1, *counts[1:]]
    assert all(made)
    monkeypatch.setattr(Predictor, "predict", None)
    evaluate(gene_run, gene_dataset, out, **how)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert tree(out) == tree(whole)


class _Killed(BaseException):
    pass


@pytest.mark.slow
def test_measure_genes__goes_on_where_it_was_killed(
    evaluation, gene_run, gene_dataset, gene_bed, tmp_path, monkeypatch
):
    windows, whole = evaluation
    plain, calls = Predictor.predict, []

    def predict(self, codes, head, names=None):
        calls.append(len(codes))
        if len(calls) == 9:
            raise _Killed
        return plain(self, codes, head, names)

    monkeypatch.setattr("senformer.evaluate.genes.measure._PART_WINDOWS", 4)
    monkeypatch.setattr(Predictor, "predict", predict)
    options = GeneOptions(gene_bed, windows=windows)
    with pytest.raises(_Killed):
        evaluate(gene_run, gene_dataset, tmp_path / "out", genes=options, **HOW)
    assert not (tmp_path / "out" / "DONE.json").exists()
    evaluate(gene_run, gene_dataset, tmp_path / "out", genes=options, **HOW)
    for name in ("genes.parquet", "gene_tracks.parquet"):
        one, other = (pd.read_parquet(folder / name) for folder in (tmp_path / "out", whole))
        pd.testing.assert_frame_equal(one, other, rtol=1e-5)
    # 26 windows in batches of 4 make 7 calls; of the genes' windows only the killed batch is read again.
    assert calls[7] == calls[8] == calls[9] == 4
