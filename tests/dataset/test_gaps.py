"""Gaps: found in the sequence or a file, and cut out of the regions."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dataset.toy import N_RUN, Toy, write_fasta
from tests.oracles import contigs

from senformer.core.errors import DataError
from senformer.dataset import build, open_dataset
from senformer.dataset.gaps import assembly_gaps, read_gaps, report_of
from senformer.genome.fasta import open_fasta
from senformer.genome.regions import cut
from senformer.genome.sequence import unknown_runs


def regions(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end", "split", "fold"])


def gaps(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end"]).astype({"start": "int64", "end": "int64"})


@pytest.mark.parametrize(
    ("found", "pieces"),
    [
        ([], [(100, 900)]),
        ([(300, 400)], [(100, 300), (400, 900)]),
        ([(0, 150), (880, 2000)], [(150, 880)]),
        ([(100, 200), (899, 900)], [(200, 899)]),
        ([(0, 100), (900, 950)], [(100, 900)]),
        ([(50, 1000)], []),
    ],
)
def test_cut__one_region(found: list, pieces: list) -> None:
    whole = cut(regions(("chrA", 100, 900, "valid", "fold3")), gaps(*[("chrA", *gap) for gap in found]))
    assert [tuple(row) for row in whole[["start", "end"]].to_numpy().tolist()] == pieces
    assert whole["split"].tolist() == ["valid"] * len(pieces)
    assert whole["fold"].tolist() == ["fold3"] * len(pieces)


def test_cut__other_chromosomes_are_left() -> None:
    kept = regions(("chrA", 0, 50, "train", None), ("chrB", 0, 90, "test", None))
    pieces = cut(kept, gaps(("chrB", 40, 50)))
    assert pieces[["chrom", "start", "end", "split"]].to_numpy().tolist() == [
        ["chrA", 0, 50, "train"],
        ["chrB", 0, 40, "test"],
        ["chrB", 50, 90, "test"],
    ]


@settings(deadline=None)
@given(seed=st.integers(0, 200))
def test_cut__equals_base_by_base(seed: int) -> None:
    rng = np.random.default_rng(seed)
    is_gap = np.repeat(rng.random(20) < 0.4, 5)
    found = gaps(
        *[("chrA", int(lo), int(hi)) for lo, hi in unknown_runs(np.where(is_gap, 4, 0).astype(np.uint8))]
    )
    pieces = cut(regions(("chrA", 7, 61, "train", None), ("chrA", 61, 98, "test", None)), found)
    covered = np.zeros(100, dtype=int)
    for row in pieces.itertuples():
        covered[row.start : row.end] += 1
        assert not is_gap[row.start : row.end].any()
        assert (row.split == "train") == (row.end <= 61)
    np.testing.assert_array_equal(covered[7:98], ~is_gap[7:98])


def test_assembly_gaps__do_not_depend_on_the_fetches(tmp_path: Path) -> None:
    codes = np.zeros(1000, dtype=np.uint8)
    for lo, hi in ((0, 3), (64, 128), (500, 501), (990, 1000)):
        codes[lo:hi] = 4
    write_fasta(tmp_path / "g.fa", {"chrA": codes})
    fasta = open_fasta(tmp_path / "g.fa")
    assert list(assembly_gaps(fasta, "chrA")) == [(0, 3), (64, 128), (500, 501), (990, 1000)]
    assert (64, 100) in list(assembly_gaps(fasta, "chrA", fetch_bp=100))


def test_read_gaps__of_the_assembly_and_of_a_file(toy: Toy, tmp_path: Path) -> None:
    fasta = open_fasta(toy.genome)
    assert read_gaps(toy.config(), fasta, ["chrA"]).empty
    found = read_gaps(toy.config(gaps="assembly", min_gap_bp=500), fasta, ["chrA", "chrB"])
    assert found.to_numpy().tolist() == [list(N_RUN)]
    assert read_gaps(toy.config(gaps="assembly", min_gap_bp=501), fasta, ["chrA"]).empty
    (tmp_path / "gaps.bed").write_text("chrB\t10\t400\nchrB\t500\t510\n")
    config = toy.config(gaps=str(tmp_path / "gaps.bed"), min_gap_bp=50)
    found = read_gaps(config, fasta, ["chrA", "chrB"])
    assert found.to_numpy().tolist() == [["chrB", 10, 400]]
    # A gap of a chromosome that no split has is cut out of nothing.
    assert read_gaps(config, fasta, ["chrA"]).empty
    assert report_of(found, config) == {"n_gaps": 1, "gap_bp": 390}
    assert report_of(found, toy.config()) == {}
    (tmp_path / "gaps.bed").write_text("chrZ\t10\t400\n")
    with pytest.raises(DataError, match=r"gaps.bed: 1 of 1 chromosome name is not in the genome: chrZ"):
        read_gaps(config, fasta, ["chrA"])


def test_build__no_window_spans_a_gap(toy: Toy, tmp_path: Path) -> None:
    counts = build(toy.config(gaps="assembly", max_n_fraction=1.0), tmp_path / "d")
    store = open_dataset(tmp_path / "d")
    train = store.windows[store.windows["split"] == "train"]
    # chrA without 1000-1500: starts 0, 224, 448, 672; from bin boundary 1504 on every 224 up to 3683
    assert train["start"].tolist() == [0, 224, 448, 672, *range(1504, 3684, 224)]
    assert sum(counts["dropped_windows"].values()) == 0
    cut = store.cut_windows(480, 0, split="train")
    assert not ((cut["start"] < 1500) & (cut["end"] > 1000)).any()
    assert store.split_regions["start"].tolist()[:2] == [0, 1500]


def test_build__split_that_is_all_gap(toy: Toy, tmp_path: Path) -> None:
    split = {"by": "interval", "valid": ["chrA:1001-1500"], "test": ["chrC"]}
    with pytest.raises(
        DataError, match="split 'valid': has no window of 320 bp: none of its regions is so long"
    ):
        build(toy.config(gaps="assembly", split=split, crop_bins=0), tmp_path / "d")
    assert not (tmp_path / "d").exists()


@pytest.mark.real_data
def test_read_gaps__of_a_real_chromosome(toy: Toy, shared_data: Path) -> None:
    fasta = open_fasta(shared_data / "hg38_chr1_10mb" / "chr1_0_10000000.fa.gz")
    found = read_gaps(toy.config(gaps="assembly"), fasta, ["chr1"])
    # as SOURCE.txt of the data lists the runs of N
    assert found[["start", "end"]].to_numpy().tolist() == [
        [0, 10_000],
        [207_666, 257_666],
        [297_968, 347_968],
        [535_988, 585_988],
        [2_702_781, 2_746_290],
    ]


_SPANS = st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted)


@settings(deadline=None, max_examples=100)
@given(st.lists(_SPANS, min_size=1, max_size=3), st.lists(_SPANS, min_size=3, max_size=3))
def test_cut__is_the_slow_cut_of_many_contigs(region_cuts: list, gap_cuts: list) -> None:
    kept = regions(
        *(
            (f"c{k}", lo, hi, "train", f"fold{lo}")
            for k, cuts in enumerate(region_cuts)
            for lo, hi in pairwise(cuts)
        )
    )
    found = gaps(
        *(
            (f"c{k}", lo, hi)
            for k, cuts in enumerate(gap_cuts)
            for lo, hi in zip(cuts[::2], cuts[1::2], strict=False)
        )
    )
    kept = kept.astype({"start": "int64", "end": "int64"})
    pieces = cut(kept, found)
    assert pieces.to_dict("records") == contigs.cut(kept, found)
    assert pieces.dtypes.to_dict() == kept.dtypes.to_dict()
