import pytest
from tests.evaluate.killed import tree
from tests.evaluate.test_evaluate import HOW

from senformer.core.errors import LockedError, OutputError, UsageError
from senformer.core.lock import folder_lock
from senformer.evaluate import evaluate
from senformer.evaluate.shares import Share, parse_share, share_folder
from senformer.predict.predictor import Predictor


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("senformer.evaluate.count._PART_WINDOWS", 4)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/0", "-1/4", "a/b", "1/4/2"])
def test_parse_share__what_names_none(text):
    with pytest.raises(UsageError, match=r"names no share. Give 1/4 to 4/4"):
        parse_share(text)


def test_share__hold_every_part_once():
    for part in range(9):
        assert sum(Share(number, 4).holds(part) for number in (1, 2, 3, 4)) == 1


def test_evaluate__shares_joined_are_the_whole(toy_run, toy_dataset, tmp_path, small_parts, monkeypatch):
    evaluate(toy_run, toy_dataset, tmp_path / "whole" / "out", **HOW)
    for number in (1, 2, 3):
        found = evaluate(toy_run, toy_dataset, tmp_path / "out", share=Share(number, 3), **HOW)
    # Parts of 4, 4, 4 and 3 windows.
    assert found == {"share": "3/3", "n_parts": 1}
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(Predictor, "predict", None)
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole" / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]


def test_evaluate__a_missing_share_is_made_up_for(toy_run, toy_dataset, tmp_path, small_parts):
    evaluate(toy_run, toy_dataset, tmp_path / "whole" / "out", **HOW)
    evaluate(toy_run, toy_dataset, tmp_path / "out", share=Share(2, 2), **HOW)
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole" / "out")


def test_evaluate__other_shares_and_those_at_work_are_not_joined(toy_run, toy_dataset, tmp_path):
    evaluate(toy_run, toy_dataset, tmp_path / "out", share=Share(1, 2), **HOW)
    with pytest.raises(OutputError, match=r"out.share-1-of-2: holds the unfinished work .*\(other split\)"):
        evaluate(toy_run, toy_dataset, tmp_path / "out", split="train", **HOW)
    with folder_lock(share_folder(tmp_path / "out", Share(1, 2))), pytest.raises(LockedError):
        evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    evaluate(toy_run, toy_dataset, tmp_path / "out", **HOW)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
