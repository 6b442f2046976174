import pytest
from tests.variants.toy import TRACKS

from senformer.core.errors import DataError, MissingInputError
from senformer.report.scores.table import open_scores
from senformer.workflow.pages.reopen import reopen


def test_reopen__as_the_record_says(score_toy):
    options = {"tracks": ["DNASE", "0"], "shifts_bp": [0, 2], "scorers": ["SAD@5"], "indels": "align"}
    scoring = reopen(open_scores(score_toy(strands="forward", **options)), [], None, None)
    assert list(scoring.ensemble.columns) == [2, 0]
    assert (scoring.ensemble.members[0].strands, scoring.ensemble.margin_bp) == ("forward", 2)
    assert [scorer.mask for scorer in scoring.measure.scorers] == ["5"]
    assert (scoring.indels.name, scoring.window_bp) == ("align", 28)
    assert scoring.model.card.heads["toy"] == TRACKS


def test_reopen__moved_files_are_named_by_their_options(score_toy, tmp_path):
    table = open_scores(score_toy())
    (tmp_path / "run").rename(tmp_path / "moved")
    with pytest.raises(MissingInputError, match=r"run/model: is not there any more.*Say with --model"):
        reopen(table, [], None, None)
    (tmp_path / "genome.fa").rename(tmp_path / "hg.fa")
    with pytest.raises(MissingInputError, match=r"genome\.fa: is not there any more.*Say with --genome"):
        reopen(table, [tmp_path / "moved"], None, None)
    assert reopen(table, [tmp_path / "moved"], tmp_path / "hg.fa", None).ensemble.head == "toy"


def test_reopen__another_file_is_refused(score_toy, tmp_path):
    table = open_scores(score_toy())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "model.safetensors").write_bytes(b"others")
    with pytest.raises(DataError, match="is not what made the scores"):
        reopen(table, [tmp_path / "other"], None, None)
    with pytest.raises(DataError, match="is given 2 times, and 1 made the scores"):
        reopen(table, [tmp_path / "run"] * 2, None, None)


def test_reopen__a_wide_table_without_the_file_of_its_tracks(score_toy):
    table = open_scores(score_toy(tracks=["DNASE"], layout="wide"))
    assert list(reopen(table, [], None, None).ensemble.columns) == [2]
    table.path.with_name(f"{table.path.name}.top.npz").unlink()
    with pytest.raises(MissingInputError, match=r"top\.npz: is not there any more.*--top 0"):
        reopen(open_scores(table.path), [], None, None)


def test_reopen__the_same_weights_under_another_card_are_refused(score_toy, tmp_path):
    (tmp_path / "run" / "model" / "card.json").write_text("{}")
    table = open_scores(score_toy())
    reopen(table, [], None, None)
    (tmp_path / "run" / "model" / "card.json").write_text('{"strand_pairs": []}')
    with pytest.raises(DataError, match=r"card\.json: is not what made the scores"):
        reopen(table, [], None, None)
