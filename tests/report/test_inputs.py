import json

import numpy as np
import pytest
from tests.report.toy import TRACKS, write_drift, write_evaluation, write_run
from tests.report.toy import write_scores as write_toy_scores
from tests.variants.toy import DEFAULT

from senformer.core.errors import DataError, MissingInputError
from senformer.report.inputs import read_curve, read_drifts, read_evaluation, read_run, read_scores
from senformer.variants.output import write_scores
from senformer.variants.sheet import Sheet
from senformer.variants.table import track_frame


def test_read_run__under_way(tmp_path):
    run = read_run(write_run(tmp_path / "run", is_done=False))
    assert run.done is None
    assert run.card is None
    assert len(run.curve) == 63


def test_read_run__no_run_is_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"run\.json: no such file"):
        read_run(tmp_path)


def test_read_run__damaged_json_is_named(tmp_path):
    run = write_run(tmp_path / "run")
    (run / "DONE.json").write_text("{")
    with pytest.raises(DataError, match=r"DONE\.json: is not JSON"):
        read_run(run)
    (run / "DONE.json").write_text("[1]")
    with pytest.raises(DataError, match=r"DONE\.json: holds no JSON object"):
        read_run(run)


def test_read_curve__torn_last_line_is_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(json.dumps({"step": 1, "organism": "a", "loss": 2.0}) + '\n{"step": 2, "lo')
    curve = read_curve(path)
    assert curve["step"].tolist() == [1]
    assert np.isnan(curve["valid_pearson"][0])


def test_read_curve__damaged_line_is_named(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\nnonsense\n')
    with pytest.raises(DataError, match=r"metrics\.jsonl line 2: is not JSON"):
        read_curve(path)


def test_read_curve__none_yet(tmp_path):
    assert read_curve(tmp_path / "metrics.jsonl").empty


def test_read_curve__lines_of_a_fit_are_no_steps(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"track": "label", "n_trees": 3}\n{"track": "label", "fold": null, "auroc": 0.5}\n')
    assert read_curve(path).empty


def test_read_evaluation__undefined_correlations_are_nan(tmp_path):
    folder = write_evaluation(tmp_path / "evaluation")
    text = (folder / "tracks.tsv").read_text().splitlines()
    fields = text[1].split("\t")
    fields[7] = "nan"
    (folder / "tracks.tsv").write_text("\n".join([text[0], "\t".join(fields), *text[2:]]) + "\n")
    table = read_evaluation(folder).tracks
    assert table["pearson_r"].isna().tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("leak", "expected"),
    [
        (False, "held-out windows"),
        (True, "windows that overlap the training sequence"),
        (None, "evaluated windows"),
    ],
)
def test_evaluation_files__windows_are_held_out_only_where_known(tmp_path, leak, expected):
    found = read_evaluation(write_evaluation(tmp_path / "evaluation"))
    found.metrics["overlaps_training"] = leak
    assert found.windows_name == expected
    del found.metrics["overlaps_training"]
    assert found.windows_name == "evaluated windows"


@pytest.mark.parametrize("name", ["metrics.json", "tracks.tsv", "examples.npz"])
def test_read_evaluation__missing_file_is_named(tmp_path, name):
    folder = write_evaluation(tmp_path / "evaluation")
    (folder / name).unlink()
    with pytest.raises(MissingInputError, match=f"{name}: no such file"):
        read_evaluation(folder)


def test_read_evaluation__unfinished_is_refused(tmp_path):
    folder = write_evaluation(tmp_path / "evaluation")
    (folder / "DONE.json").unlink()
    found = r"evaluation: is no finished evaluation \(no DONE.json\). Give the command `evaluate` again"
    with pytest.raises(MissingInputError, match=found):
        read_evaluation(folder)


def test_read_evaluation__damaged_arrays_are_named(tmp_path):
    folder = write_evaluation(tmp_path / "evaluation")
    (folder / "examples.npz").write_bytes(b"PK nothing")
    with pytest.raises(DataError, match=r"examples\.npz: holds no arrays"):
        read_evaluation(folder)


def test_read_evaluation__other_table_is_named(tmp_path):
    folder = write_evaluation(tmp_path / "evaluation")
    (folder / "tracks.tsv").write_text("name\tassay\na\tb\n")
    with pytest.raises(DataError, match=r"tracks\.tsv: has no column 'strand'"):
        read_evaluation(folder)


@pytest.mark.parametrize("ending", [".parquet", ".tsv", ".tsv.gz"])
def test_read_scores__rows_of_the_top_alone(tmp_path, ending):
    source = write_toy_scores(tmp_path / "source.parquet")
    path = tmp_path / f"scores{ending}"
    write_scores(path, Sheet([source], DEFAULT, track_frame(TRACKS, 4)))
    for extra in ("run.json", "top.npz"):
        (tmp_path / f"source.parquet.{extra}").rename(tmp_path / f"{path.name}.{extra}")
    top = tmp_path / f"{path.name}.top.npz"
    with np.load(top) as arrays:
        kept = {name: array[:2] if name == "key" else array for name, array in arrays.items()}
    np.savez(top, **kept)
    found = read_scores(path)
    assert sorted(set(found.rows["key"])) == ["chr8:50001:A>C", "chr8:50778:A>C"]
    assert len(found.rows) == 2 * 4


def test_read_scores__missing_neighbor_is_named(tmp_path):
    path = write_toy_scores(tmp_path / "scores.parquet")
    (tmp_path / "scores.parquet.run.json").unlink()
    with pytest.raises(MissingInputError, match=r"scores\.parquet\.run\.json: no such file"):
        read_scores(path)


@pytest.mark.parametrize("ending", [".parquet", ".tsv"])
def test_read_scores__damaged_table_is_named_before_what_is_missing_beside_it(tmp_path, ending):
    path = tmp_path / f"scores{ending}"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match=rf"scores\{ending}: is no score table"):
        read_scores(path)


def test_read_scores__arrays_of_something_else_are_named(tmp_path):
    path = write_toy_scores(tmp_path / "scores.parquet")
    np.savez(tmp_path / "scores.parquet.top.npz", other=np.zeros(3))
    with pytest.raises(DataError, match=r"scores\.parquet\.top\.npz: has no array 'key'"):
        read_scores(path)


def test_read_scores__damaged_table_is_named(tmp_path):
    path = write_toy_scores(tmp_path / "scores.parquet")
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match=r"scores\.parquet: is no score table"):
        read_scores(path)


def test_read_drifts__of_one_other_model_and_the_same_windows(tmp_path):
    good = {name: write_drift(tmp_path / name) for name in ("before", "after")}
    assert list(read_drifts(good)) == ["before", "after"]
    assert read_drifts({}) == {}
    plain = write_evaluation(tmp_path / "plain")
    with pytest.raises(
        DataError, match=r"plain: is no evaluation against another model. Give a folder of eval"
    ):
        read_drifts({**good, "plain": plain})
    other = write_drift(tmp_path / "other", against="00" * 32)
    with pytest.raises(DataError, match="other: is against another model than the first"):
        read_drifts({**good, "other": other})
    metrics = json.loads((good["after"] / "metrics.json").read_text())
    (good["after"] / "metrics.json").write_text(json.dumps({**metrics, "split": "valid"}))
    with pytest.raises(DataError, match=r"split is valid, in .*before it is test"):
        read_drifts(good)
