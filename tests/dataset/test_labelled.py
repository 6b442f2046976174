"""Windows of a build with labels and negatives together."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.test_labels import table
from tests.dataset.test_negatives import peaks
from tests.dataset.toy import Toy

from senformer.core.errors import ConfigError
from senformer.dataset import TrainBatches, build, iterate, open_dataset
from senformer.dataset.batch import eval_batches


def test_add_negatives__with_labels_the_place_decides(toy: Toy, tmp_path: Path) -> None:
    section = {
        "tracks": str(table(tmp_path)),
        "window_bp": 160,
        "crop_bins": 4,
        "regions": {"bed": str(peaks(tmp_path))},
        "negatives": {"kind": "genomic", "ratio": 2},
        "labels": {},
    }
    counts = build(toy.config(**section), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.windows["label"].value_counts().to_dict() == {0: 12, 1: 6}
    assert counts["negatives"]["drawn"] == 12
    found = dataset.statistics["labels"]
    assert sum(part["n_windows"] for part in found.values()) == 18
    # every window of the toy's chrA, N left out, is a candidate once
    assert counts["negatives"]["candidates"] == sum(size // 160 for size in (4003, 3300, 2500))


def test_label_statistics__of_shuffled_negatives_as_they_are_read(toy: Toy, tmp_path: Path) -> None:
    section = {
        "tracks": str(table(tmp_path)),
        "window_bp": 160,
        "crop_bins": 4,
        "regions": {"bed": str(peaks(tmp_path))},
        "negatives": {"kind": "dinuc_shuffled"},
        "labels": {},
    }
    build(toy.config(**section), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    for split, found in dataset.statistics["labels"].items():
        rows = dataset.windows[dataset.windows["split"] == split]
        read = np.concatenate([batch.targets for batch in eval_batches(dataset, rows, 4, 5)])
        assert found["n_windows"] == len(rows) > 0
        assert found["n"] == (~np.isnan(read)).sum(axis=(0, 1)).tolist()
        assert found["n_positive"] == (read == 1).sum(axis=(0, 1)).tolist()
    # Peaks cover both bins of the one positive in chrC, and none of those of its negative.
    assert dataset.statistics["labels"]["test"]["positive_fraction"] == [0, 0.5]


def test_label_windows__nothing_without_a_section(toy: Toy, store_path: Path) -> None:
    dataset = open_dataset(store_path)
    assert dataset.windows["label"].isna().all()
    assert "labels" not in dataset.statistics


def test_train_batches__balanced_turns_whoever_makes_them(toy: Toy, tmp_path: Path) -> None:
    section = {"window_bp": 160, "regions": {"bed": str(peaks(tmp_path))}}
    build(toy.config(**section, negatives={"kind": "genomic", "ratio": 3}), tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    train = dataset.windows[dataset.windows["split"] == "train"]
    is_positive = dict(zip(train["start"], train["label"] == 1, strict=True))
    how = {"seed": 3, "max_shift_bp": 0, "balanced": True}
    batches = TrainBatches(dataset, "train", 4, **how)
    assert batches.n_windows == 2 * 9
    known = list(iterate(batches, 0, 6))
    for batch in known:
        assert sum(is_positive[window.start] for window in batch.windows) == 2
    halves = [TrainBatches(dataset, "train", 4, part=(part, 2), **how) for part in (0, 1)]
    assert [b.windows for b in known] == [sum((h.batch(s).windows for h in halves), ()) for s in range(6)]
    other = TrainBatches(dataset, "train", 4, window_bp=96, crop_bins=0, **how)
    assert other.n_windows == 18


def test_train_batches__balance_needs_labels(store_path: Path) -> None:
    with pytest.raises(ConfigError, match="split 'train': has 0 positive and 0 negative windows of"):
        TrainBatches(open_dataset(store_path), "train", 4, seed=1, balanced=True)
