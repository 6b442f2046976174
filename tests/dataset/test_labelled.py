"""Windows of a build with labels and negatives together."""

from pathlib import Path

from tests.dataset.test_labels import table
from tests.dataset.test_negatives import peaks
from tests.dataset.toy import Toy

from senformer.dataset import build, open_dataset


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


def test_label_windows__nothing_without_a_section(toy: Toy, store_path: Path) -> None:
    dataset = open_dataset(store_path)
    assert dataset.windows["label"].isna().all()
    assert "labels" not in dataset.statistics
