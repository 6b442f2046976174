import json
import sys

import numpy as np
import pytest

from benchmarks import ridge_bar
from senformer.dataset import open_dataset


@pytest.mark.slow
def test_ridge_bar__writes_a_row_a_track_and_a_strand_pair(short_demo, tmp_path, monkeypatch):
    out = tmp_path / "bar.json"
    data = short_demo / "dataset"
    monkeypatch.setattr(
        sys, "argv", ["ridge_bar", str(short_demo / "run"), "--data", str(data), "--out", str(out)]
    )
    ridge_bar.main()
    found = json.loads(out.read_text())
    assert found["chroms"] == ["chr4"]
    assert "cage_a (strands added)" in found["rows"]
    assert all(set(row) == {"run", "ridge_5mers"} for row in found["rows"].values())


@pytest.mark.slow
def test_count_kmers__equals_counting_by_hand(short_demo):
    dataset = open_dataset(short_demo / "dataset")
    counts = ridge_bar.count_kmers(dataset, "chr4")
    text = "".join("ACGTN"[code] for code in dataset.sequence("chr4", 127 * 128, 131 * 128))
    starts = range(128 * 3)  # k-mers that start in bins 127, 128 and 129
    words = [text[start : start + 5] for start in starts]
    index = {
        word: sum("ACGT".index(b) * 4 ** (4 - i) for i, b in enumerate(word))
        for word in words
        if "N" not in word
    }
    expected = np.zeros(4**5)
    for word in words:
        if "N" not in word:
            expected[index[word]] += 1
    assert np.array_equal(counts[128], expected)
