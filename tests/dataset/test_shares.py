import logging

import pandas as pd
import pytest
from tests.dataset.toy import Toy

from senformer.core.config import parse
from senformer.dataset import build
from senformer.dataset.config import DatasetConfig
from senformer.dataset.shares import described, missed_shares, shares_as_findings, split_shares


def windows(train: int, valid: int, test: int) -> pd.DataFrame:
    return pd.DataFrame({"split": ["train"] * train + ["valid"] * valid + ["test"] * test})


def config(split: dict, **changes) -> DatasetConfig:
    return parse(DatasetConfig, {"window_bp": 320, "bin_bp": 16, "split": split, **changes}, "test")


@pytest.mark.parametrize(
    ("split", "aims"),
    [
        ({"by": "chromosome", "valid": ["x"]}, (0.8, 0.1, 0.1)),  # as the windows were cut
        ({"by": "kfold", "n_folds": 5}, (0.6, 0.2, 0.2)),
        ({"by": "kfold", "n_folds": 5, "valid_fold": None}, (0.8, 0.0, 0.2)),
        ({"by": "homology", "valid": 0.25, "test": 0.05}, (0.7, 0.25, 0.05)),
        ({"by": "homology", "folds": 4}, (0.5, 0.25, 0.25)),
    ],
)
def test_split_shares__the_aim_is_what_the_split_asks_for(split, aims):
    found = split_shares(config(split), windows(80, 10, 10), windows(60, 10, 5))
    assert [found[name]["aim"] for name in ("train", "valid", "test")] == pytest.approx(aims)
    assert [found[name]["cut"] for name in ("train", "valid", "test")] == pytest.approx([0.8, 0.1, 0.1])
    assert [found[name]["reached"] for name in ("train", "valid", "test")] == pytest.approx(
        [60 / 75, 10 / 75, 5 / 75]
    )


def test_split_shares__a_window_of_a_longer_stride_counts_for_more():
    split = {"by": "chromosome", "valid": ["x"], "test": ["y"]}
    stride_bp = {"train": 160, "valid": 320, "test": 320}
    found = split_shares(config(split, stride_bp=stride_bp), windows(40, 10, 10), windows(40, 5, 10))
    # In stretches of 160: 40, 20 and 20 of 80, then 40, 10 and 20 of 70.
    assert [found[name]["cut"] for name in found] == pytest.approx([40 / 80, 20 / 80, 20 / 80])
    assert [found[name]["reached"] for name in found] == pytest.approx([40 / 70, 10 / 70, 20 / 70])


def test_split_shares__missing_windows_are_those_of_the_split():
    split = {"by": "homology", "valid": 0.2, "test": 0.2}
    stride_bp = {"train": 32, "valid": 320, "test": 320}
    found = split_shares(config(split, stride_bp=stride_bp), windows(6000, 200, 200), windows(6000, 100, 200))
    # 192,000 + 32,000 + 64,000 bases: a fifth are 57,600, so 180 windows of 320.
    assert found["valid"]["missing"] == 80


def test_shares_as_findings__through_dropped_windows():
    shares = split_shares(
        config({"by": "homology", "valid": 0.1, "test": 0.1}), windows(800, 100, 100), windows(800, 31, 100)
    )
    [finding] = shares_as_findings(shares, {"unknown_bases": 60, "excluded": 9, "unmeasured": 0}, "data")
    assert finding.line == (
        "warning[E454]: data valid: has 3.3% of the windows and aims at 10.0%: 62 windows too few; before "
        "windows were dropped (unknown_bases 60, excluded 9) it had 10.0%. See what drops windows "
        "(max_n_fraction, exclude, unmappable, labels), or give the split more."
    )
    assert described(shares) == "valid 3.3% of aimed 10.0%"


def test_shares_as_findings__through_the_cut():
    shares = split_shares(config({"by": "kfold", "n_folds": 5}), windows(60, 10, 30), windows(60, 10, 30))
    few, many = shares_as_findings(shares, {}, "data")
    assert few.found == "has 10.0% of the windows and aims at 20.0%: 10 windows too few"
    assert many.found == "has 30.0% of the windows and aims at 20.0%: 10 windows too many"
    assert few.todo == "Ask for another share in split, or for another way to split."


def test_shares_as_findings__too_many_for_others_lost_more():
    shares = split_shares(
        config({"by": "homology", "valid": 0.1, "test": 0.1}), windows(800, 100, 100), windows(200, 100, 100)
    )
    found = {finding.where: finding for finding in shares_as_findings(shares, {"excluded": 600}, "data")}
    assert found["data valid"].found.startswith(
        "has 25.0% of the windows and aims at 10.0%: 60 windows too many"
    )
    assert found["data valid"].todo == (
        "See what drops windows of the other splits (max_n_fraction, exclude, unmappable, labels)."
    )


def test_missed_shares__a_few_windows_are_no_miss():
    shares = split_shares(config({"by": "kfold", "n_folds": 4}), windows(6, 1, 4), windows(6, 1, 4))
    assert missed_shares(shares) == {}


def test_build__warns_of_a_split_that_lost_most_of_its_windows(toy: Toy, tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "senformer"):
        counts = build(toy.config(exclude=["chrB:1-2,900"]), tmp_path / "d")
    [line] = [message for message in caplog.messages if "E454" in message and " valid: " in message]
    assert "(unknown_bases 2, excluded 12) it had 34.1%. See what drops windows" in line
    assert counts["split_shares"]["valid"]["reached"] == pytest.approx(2 / 27)
    assert missed_shares(counts["split_shares"])["valid"]["missing"] == 7
