"""What lies beside exported records."""

from pathlib import Path

import pandas as pd
import pytest

from senformer.core.errors import DataError
from senformer.dataset import Dataset
from senformer.dataset.tfrecord.tables import sequence_lines, set_statistics, target_table
from senformer.tracks.table import read_track_table


def windows(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end", "split"])


def test_sequence_lines__are_targets() -> None:
    text = sequence_lines(windows(("chr1", -8, 92, "train"), ("chr2", 10, 110, "test")), 20, "d")
    assert text == "chr1\t12\t72\ttrain\nchr2\t30\t90\ttest\n"


def test_sequence_lines__refuses_a_target_below_0() -> None:
    with pytest.raises(DataError, match=r"d: the target of chr1:-8-92 \(0-based\) begins at -4"):
        sequence_lines(windows(("chr1", -8, 92, "train")), 4, "d")


def test_set_statistics__of_a_genome(store: Dataset) -> None:
    assert set_statistics(store, {"train": 7}, is_index=True) == {
        "num_targets": 5,
        "seq_length": 320,
        "seq_1hot": True,
        "pool_width": 16,
        "crop_bp": 48,
        "target_length": 14,
        "train_seqs": 7,
    }


def test_target_table__keeps_names_scaling_and_pairs(store: Dataset, tmp_path: Path) -> None:
    target_table(store, tmp_path / "targets.txt")
    found = read_track_table(tmp_path / "targets.txt")
    assert [(t.name, t.strand_pair, t.clip, t.scale, t.sum_stat) for t in found] == [
        (t.name, t.strand_pair, t.clip, t.scale, t.sum_stat) for t in store.tracks
    ]
