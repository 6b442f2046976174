"""Contigs: names and true coordinates of records."""

from pathlib import Path

import pytest
from tests.dataset.tfrecord.sets import ToySet

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.files import RecordFile
from senformer.dataset.tfrecord.geometry import Geometry
from senformer.dataset.tfrecord.origin import contig_table, sift_outside

FILES = [RecordFile(Path("d/train-0.tfr"), "train", 0), RecordFile(Path("d/train-1.tfr"), "train", 1)]
WIDE = Geometry(seq_length=100, window_bp=140, bin_bp=10, n_bins=6, n_tracks=2)


def test_contig_table__rows_pair_across_files() -> None:
    intervals = {"train": [("chr1", 200, 300), ("chr1", -10, 90), ("chr2", 5, 105)]}
    found = contig_table(FILES, {"train-0": 1, "train-1": 2}, intervals, {"train": "valid"}, WIDE)
    assert found.to_numpy().tolist() == [
        ["chr1:201-300", "chr1", 180, 320, "valid", "train", "train-0.tfr", 0],
        ["chr1:1-90", "chr1", -30, 110, "valid", "train", "train-1.tfr", 0],
        ["chr2:6-105", "chr2", -15, 125, "valid", "train", "train-1.tfr", 1],
    ]


def test_contig_table__without_coordinates() -> None:
    found = contig_table(FILES, {"train-0": 1, "train-1": 1}, None, {"train": None}, WIDE)
    assert found["contig"].tolist() == ["train-0:0", "train-1:0"]
    assert found[["chrom", "start", "split"]].isna().all(axis=None)


def test_sift_outside__genome_without_coordinates(toy_set: ToySet) -> None:
    contigs = contig_table(FILES, {"train-0": 1, "train-1": 1}, None, {"train": "train"}, WIDE)
    with pytest.raises(DataError, match="nothing tells where the records lie in it"):
        sift_outside(contigs, toy_set.config(genome=str(toy_set.genome)), WIDE)
