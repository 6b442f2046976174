from pathlib import Path

import pandas as pd

from senformer.dataset.contigs import CONTIG_SCHEMA, CONTIGS, in_genome_order, read_contigs, true_intervals

ROWS = [
    ("chr1:101-200", "chr1", 90, 210, "train", "train", "train-0.tfr", 0),
    ("chr1:1-90", "chr1", -20, 100, "train", "train", "train-0.tfr", 1),
    ("test-0:0", None, None, None, None, "test", "test-0.tfr", 0),
]


def contigs(folder: Path) -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=CONTIG_SCHEMA.names).astype({"start": "Int64", "end": "Int64"})
    CONTIG_SCHEMA.write(folder / CONTIGS, frame)
    found = read_contigs(folder)
    assert found is not None
    return found


def test_true_intervals__known_ones_move_unknown_ones_stay(tmp_path: Path) -> None:
    rows = [("chr1:101-200", 10, 40), ("test-0:0", 3, 9), ("chr1:1-90", 0, 50)]
    frame = pd.DataFrame(rows, columns=["chrom", "start", "end"]).assign(split="train")
    found = true_intervals(frame, contigs(tmp_path))
    assert found.to_numpy().tolist() == [
        ["chr1", 100, 130, "train"],
        ["test-0:0", 3, 9, "train"],
        ["chr1", 0, 30, "train"],
    ]
    assert frame["chrom"].tolist() == [row[0] for row in rows]


def test_true_intervals__of_chromosomes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"chrom": ["chr1"], "start": [4], "end": [9]})
    assert read_contigs(tmp_path) is None
    assert true_intervals(frame, None) is frame


def test_in_genome_order__shuffled_contigs_and_unknown_ones(tmp_path: Path) -> None:
    """Starts below the chromosome, two windows of a contig, and contigs of nobody knows where."""
    rows = [("test-0:0", 9, 12), ("chr1:101-200", 40, 70), ("test-0:0", 3, 9)]
    rows += [("chr1:1-90", 0, 50), ("chr1:101-200", 10, 40)]
    frame = pd.DataFrame(rows, columns=["chrom", "start", "end"], index=[4, 8, 2, 6, 0])
    found = in_genome_order(frame, contigs(tmp_path))
    assert found.to_numpy().tolist() == [list(rows[place]) for place in (3, 4, 1, 0, 2)]
    assert found.index.tolist() == [0, 1, 2, 3, 4]
    assert in_genome_order(frame, None) is frame
