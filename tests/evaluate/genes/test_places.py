import copy
import dataclasses

import numpy as np
import pandas as pd
import pytest
from tests.evaluate.genes.world import BIN_BP, CROP_BINS, WINDOW_BP

from senformer.core.errors import DataError
from senformer.dataset import eval_windows
from senformer.evaluate.genes.places import in_own_windows, in_windows_of_split, on_chromosomes


def genes(*places):
    rows = [(f"g{n}", "", "", chrom, tss, "+", n + 1) for n, (chrom, tss) in enumerate(places)]
    return pd.DataFrame(rows, columns=["gene_id", "gene_name", "gene_type", "chrom", "tss", "strand", "line"])


def split_regions(dataset, split):
    regions = dataset.split_regions
    return regions[regions["split"] == split].reset_index(drop=True)


def test_on_chromosomes__names_are_matched(gene_dataset):
    found = on_chromosomes(genes(("2", 5), ("chr9", 5), ("CHR1", 7)), gene_dataset, "test", "g.bed")
    assert found["chrom"].tolist()[::2] == ["chr2", "chr1"]
    assert found["chrom_true"].tolist() == ["2", "chr9", "CHR1"]
    assert found["reason"].tolist() == ["", "unknown_chrom", ""]


def test_on_chromosomes__a_start_beyond_its_chromosome(gene_dataset):
    with pytest.raises(
        DataError, match=r"g.bed line 2: gene 'g1' begins at 1,504, beyond chr2, which has 1,503 bp"
    ):
        on_chromosomes(genes(("chr2", 1502), ("chr2", 1503)), gene_dataset, "test", "g.bed")


@pytest.fixture
def imported(gene_dataset):
    """Return a dataset of three windows that were imported one by one; of the last the place is not known."""
    dataset = copy.copy(gene_dataset)
    dataset.contigs = pd.DataFrame(
        {
            "contig": ["w0", "w1", "w2"],
            "chrom": ["chr5", "chr5", None],
            "start": [50, 100, None],
            "end": [150, 200, None],
        }
    ).astype({"start": "Int64", "end": "Int64"})
    dataset.split_regions = pd.DataFrame({"chrom": ["w0", "w1", "w2"], "split": ["test"] * 3})
    return dataset


def test_on_chromosomes__the_contig_whose_middle_is_nearest(imported):
    # Bases to the nearer end of 50 to 150, and of 100 to 200: of 120 they are 29 and 20, of 130 19 and 30.
    sought = genes(("5", 60), ("chr5", 120), ("chr5", 130), ("chr5", 199), ("chr5", 200), ("w0", 3))
    found = on_chromosomes(sought, imported, "test", "g.bed")
    assert found["reason"].tolist() == ["", "", "", "", "outside_split", "unknown_chrom"]
    places = [("w0", 10), ("w0", 70), ("w1", 30), ("w1", 99)]
    assert list(zip(found["chrom"], found["tss"], strict=True))[:4] == places
    assert found["tss_true"].tolist() == [60, 120, 130, 199, 200, 3]
    other = on_chromosomes(sought, imported, "valid", "g.bed")
    assert other["reason"].tolist()[:4] == ["outside_split"] * 4


def test_in_windows_of_split__bins_of_one_gene_in_two_windows(gene_dataset):
    # Targets of 14 bins from bin 1 on: bins 14 and 15 lie in two windows; 26 windows end at bin 365.
    windows = eval_windows(gene_dataset, "test", WINDOW_BP, CROP_BINS)
    placed = on_chromosomes(
        genes(("chr2", 14 * 4), ("chr2", 4), ("chr2", 364 * 4), ("chr1", 80)), gene_dataset, "test", ""
    )
    found = in_windows_of_split(placed, windows, split_regions(gene_dataset, "test"), BIN_BP, CROP_BINS, 3)
    assert found.genes["gene_id"].tolist() == ["g0"]
    assert found.entries.to_numpy().tolist() == [[0, 0, 12], [0, 0, 13], [1, 0, 0]]
    assert found.windows["start"].tolist() == [0, 56]
    assert {name: n for name, n in found.dropped.items() if n} == {"no_window": 2, "outside_split": 1}


def test_in_windows_of_split__entries_point_at_the_bins_of_the_start(gene_dataset):
    windows = eval_windows(gene_dataset, "test", WINDOW_BP, CROP_BINS)
    starts = np.random.default_rng(1).integers(0, 1503, 40)
    placed = on_chromosomes(genes(*(("chr2", int(tss)) for tss in starts)), gene_dataset, "test", "")
    found = in_windows_of_split(placed, windows, split_regions(gene_dataset, "test"), BIN_BP, CROP_BINS, 5)
    first = found.windows["start"].to_numpy()[found.entries["window"]] // BIN_BP + CROP_BINS
    bins = (
        pd.Series(first + found.entries["bin"].to_numpy())
        .groupby(found.entries["gene"].to_numpy())
        .apply(sorted)
    )
    centers = found.genes["tss"] // BIN_BP
    assert bins.tolist() == [list(range(center - 2, center + 3)) for center in centers]
    assert len(found.genes) + sum(found.dropped.values()) == 40


def test_in_own_windows__start_in_the_middle_and_inside_the_split(gene_dataset):
    # Middle bin 7 of 14 targets after 1 cropped: a start in bin b has the window of bins b - 8 to b + 8.
    places = [
        ("chr2", 32),
        ("chr2", 31),
        ("chr2", 1471),
        ("chr2", 1472),
        ("chr1", 300),
        ("chr2", 33),
        ("chrZ", 1),
    ]
    placed = on_chromosomes(genes(*places), gene_dataset, "test", "")
    found = in_own_windows(placed, gene_dataset, "test", WINDOW_BP, CROP_BINS, 3)
    assert found.genes["gene_id"].tolist() == ["g0", "g2", "g5"]
    assert found.windows["start"].tolist() == [0, 1436]
    # g0 and g5 share bin and window.
    assert found.entries["bin"].tolist() == [6, 7, 8, 6, 7, 8, 6, 7, 8]
    assert found.entries["window"].tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    lost = {name: n for name, n in found.dropped.items() if n}
    assert lost == {"window_leaves_split": 2, "outside_split": 1, "unknown_chrom": 1}


def test_in_own_windows__a_window_without_any_measurement(gene_dataset, monkeypatch):
    placed = on_chromosomes(genes(("chr2", 600)), gene_dataset, "test", "")

    def dark(self, chrom):
        facts = lit(self, chrom)
        return dataclasses.replace(facts, n_measured=np.zeros_like(facts.n_measured))

    lit = type(gene_dataset).bin_facts
    monkeypatch.setattr(type(gene_dataset), "bin_facts", dark)
    found = in_own_windows(placed, gene_dataset, "test", WINDOW_BP, CROP_BINS, 3)
    assert found.genes.empty
    assert found.windows.empty
    assert found.dropped["no_window"] == 1
