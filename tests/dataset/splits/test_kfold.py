"""k folds of about equal length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from senformer.core.errors import DataError
from senformer.dataset.splits.base import SplitInputs
from senformer.dataset.splits.kfold import KfoldSplit, cut_pieces, deal, split_by_kfold

SIZES = {"chr10": 5000, "chr2": 3000, "chr1": 4000, "chrM": 100}


def test_split_by_kfold__whole_chromosomes_longest_first() -> None:
    found = split_by_kfold(KfoldSplit(n_folds=3), SplitInputs(SIZES))
    # 5000 | 4000 | 3000, then 100 to the shortest
    assert [tuple(row) for row in found.regions.itertuples(index=False)] == [
        ("chr10", 0, 5000, "test", "fold0"),
        ("chr2", 0, 3000, "train", "fold2"),
        ("chr1", 0, 4000, "valid", "fold1"),
        ("chrM", 0, 100, "train", "fold2"),
    ]
    assert found.report == {"fold_bp": {"fold0": 5000, "fold1": 4000, "fold2": 3100}}


def test_split_by_kfold__the_seed_alone_decides_the_pieces() -> None:
    def split(seed: int):
        config = KfoldSplit(n_folds=4, fold_bp=200, seed=seed)
        return split_by_kfold(config, SplitInputs(SIZES)).regions

    assert split(1).equals(split(1))
    assert not split(1).equals(split(2))


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=6),
    st.integers(1, 90),
    st.integers(2, 5),
    st.integers(0, 9),
)
def test_split_by_kfold__every_base_in_one_fold(sizes: list, fold_bp: int, n_folds: int, seed: int) -> None:
    chrom_sizes = {f"c{place}": size for place, size in enumerate(sizes)}
    n_pieces = len(cut_pieces(chrom_sizes, fold_bp))
    config = KfoldSplit(n_folds=n_folds, fold_bp=fold_bp, seed=seed)
    if n_pieces < n_folds:
        with pytest.raises(DataError, match=f"{n_pieces} pieces of {fold_bp} bp make no {n_folds} folds"):
            split_by_kfold(config, SplitInputs(chrom_sizes))
        return
    found = split_by_kfold(config, SplitInputs(chrom_sizes))
    covered = {chrom: np.zeros(size, dtype=int) for chrom, size in chrom_sizes.items()}
    for row in found.regions.itertuples(index=False):
        covered[row.chrom][row.start : row.end] += 1
    assert all((depth == 1).all() for depth in covered.values())
    lengths = list(found.report["fold_bp"].values())
    assert len(lengths) == n_folds
    assert max(lengths) - min(lengths) <= 1.5 * fold_bp


def test_cut_pieces__a_short_last_piece_joins_the_one_before() -> None:
    found = cut_pieces({"a": 249, "b": 250, "c": 30}, 100)
    assert found.to_numpy().tolist() == [
        ["a", 0, 100],
        ["a", 100, 249],
        ["b", 0, 100],
        ["b", 100, 200],
        ["b", 200, 250],
        ["c", 0, 30],
    ]


def test_deal__ties_go_to_the_first() -> None:
    assert deal([3, 3, 3], 3) == [0, 1, 2]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"test_fold": 4}, "test_fold is 4; 4 folds are 0 to 3"),
        ({"test_fold": 1}, "fold 1 is both test_fold and valid_fold"),
    ],
)
def test_kfold_split__names_what_is_wrong(keys: dict, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        KfoldSplit(n_folds=4, **keys)


def test_split_by_kfold__too_few_chromosomes() -> None:
    with pytest.raises(DataError, match="4 chromosomes make no 5 folds"):
        split_by_kfold(KfoldSplit(n_folds=5), SplitInputs(SIZES))
