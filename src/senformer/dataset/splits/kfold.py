"""k folds of about equal length (``SPLITTERS["kfold"]``): one dataset serves all runs of a cross-validation.

Source: the partition is Graham's rule for scheduling: the longest piece first, to the shortest fold.
"""

import itertools
from collections.abc import Mapping
from typing import Literal

import pandas as pd
from pydantic import Field, model_validator

from senformer.core.errors import DataError
from senformer.core.seeding import numpy_rng
from senformer.dataset.splits.base import SplitBase, SplitInputs, SplitResult, fold_aims, ordered
from senformer.dataset.splits.refold import fold_list, fold_name, refold
from senformer.genome.regions import merge


class KfoldSplit(SplitBase):
    """Folds of whole chromosomes, or of pieces of them.

    Attributes
    ----------
    by
        The name of this way to split.
    n_folds
        How many folds.
    fold_bp
        Length of the pieces that chromosomes are cut into; without it they stay whole.
    seed
        Seed of the order of pieces of one length.
    test_fold, valid_fold
        Numbers of the folds (from 0) that are test and valid, unless training chooses others. None for none.
    """

    by: Literal["kfold"] = "kfold"
    n_folds: int = Field(ge=2)
    fold_bp: int | None = Field(default=None, gt=0)
    seed: int = 1
    test_fold: int | None = Field(default=0, ge=0)
    valid_fold: int | None = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _folds_exist(self) -> "KfoldSplit":
        for key in ("test_fold", "valid_fold"):
            number = getattr(self, key)
            if number is not None and number >= self.n_folds:
                raise ValueError(f"{key} is {number}; {self.n_folds} folds are 0 to {self.n_folds - 1}")
        if self.test_fold is not None and self.test_fold == self.valid_fold:
            raise ValueError(f"fold {self.test_fold} is both test_fold and valid_fold")
        return self

    def aims(self) -> dict[str, float]:
        """Return an equal part for each fold."""
        return fold_aims(self.n_folds, self.valid_fold is not None, self.test_fold is not None)


def split_by_kfold(config: KfoldSplit, inputs: SplitInputs) -> SplitResult:
    """Return every base in one of ``n_folds`` folds.

    Whole chromosomes are dealt by length; pieces are shuffled first, so that a fold takes from everywhere.
    The largest and the smallest fold differ by no more than the longest piece.

    Returns
    -------
    Regions with their folds; touching pieces of one fold are one region. The report holds ``fold_bp``, the
    length of each fold.

    Raises
    ------
    DataError
        There are fewer chromosomes, or pieces, than folds.
    """
    pieces = cut_pieces(inputs.chrom_sizes, config.fold_bp)
    if len(pieces) < config.n_folds:
        kind = "chromosomes" if config.fold_bp is None else f"pieces of {config.fold_bp:,} bp"
        todo = "Ask for fewer folds, or give a smaller split.fold_bp."
        raise DataError("E441", "split.n_folds", f"{len(pieces)} {kind} make no {config.n_folds} folds", todo)
    if config.fold_bp is not None:
        order = numpy_rng(config.seed, "kfold").permutation(len(pieces))
        pieces = pieces.iloc[order].reset_index(drop=True)
    folds = deal((pieces["end"] - pieces["start"]).tolist(), config.n_folds)
    pieces = pieces.assign(fold=[fold_name(fold) for fold in folds], split="train")
    parts = [merge(rows).assign(fold=fold, split="train") for fold, rows in pieces.groupby("fold")]
    table = ordered(pd.concat(parts, ignore_index=True), inputs.chrom_sizes)
    test, valid = fold_list(config.test_fold), fold_list(config.valid_fold)
    lengths = (table["end"] - table["start"]).groupby(table["fold"]).sum()
    report = {"fold_bp": {fold_name(n): int(lengths[fold_name(n)]) for n in range(config.n_folds)}}
    return SplitResult(refold(table, test, valid, "split"), report)


def cut_pieces(chrom_sizes: Mapping[str, int], piece_bp: int | None) -> pd.DataFrame:
    """Return chromosomes cut into pieces; a last one shorter than half a piece joins the one before."""
    rows = []
    for chrom, size in chrom_sizes.items():
        each = piece_bp or size
        n_pieces = max(1, (size + each // 2) // each)
        bounds = [*range(0, n_pieces * each, each), size]
        rows += [(chrom, start, end) for start, end in itertools.pairwise(bounds)]
    return pd.DataFrame(rows, columns=["chrom", "start", "end"])


def deal(lengths: list[int], n_folds: int) -> list[int]:
    """Return the fold of each piece: the longest piece first, each to the shortest fold so far.

    Ties go to the earlier piece and to the fold with the smaller number.

    Examples
    --------
    >>> deal([5, 9, 4, 4], 2)
    [1, 0, 1, 0]
    """
    totals, fold_of = [0] * n_folds, [0] * len(lengths)
    for piece in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        shortest = min(range(n_folds), key=totals.__getitem__)
        fold_of[piece] = shortest
        totals[shortest] += lengths[piece]
    return fold_of
