"""Other splits out of the same folds: which fold is test, which is valid, and the rest is train."""

from collections.abc import Collection

import pandas as pd

from senformer.core.config import nearest
from senformer.core.errors import ConfigError


def refold(regions: pd.DataFrame, test: Collection[str], valid: Collection[str], where: str) -> pd.DataFrame:
    """Return a table with the splits that follow from its folds.

    Parameters
    ----------
    regions
        A table with the columns fold and split: regions, or windows. Every row has a fold.
    test, valid
        Names of folds; all others are train. Either may be empty.
    where
        What the names come from, for the message.

    Raises
    ------
    ConfigError
        A row has no fold, there is no fold of this name, or one is both test and valid.
    """
    known = fold_names(regions)
    if regions["fold"].isna().any() or not known:
        todo = "Build with split.by: kfold, or a file or a way to split that has folds."
        raise ConfigError(
            "E440", where, "the dataset has regions without a fold, so none can be chosen", todo
        )
    for name in (*test, *valid):
        if name not in known:
            raise ConfigError("E440", where, f"no fold is called {name!r}", nearest(name, known))
    both = sorted(set(test) & set(valid))
    if both:
        todo = "Choose another fold for one of them."
        raise ConfigError("E440", where, f"fold {both[0]!r} is both test and valid", todo)
    split = {**dict.fromkeys(known, "train"), **dict.fromkeys(valid, "valid"), **dict.fromkeys(test, "test")}
    return regions.assign(split=regions["fold"].map(split).astype(regions["split"].dtype))


def fold_names(regions: pd.DataFrame) -> list[str]:
    """Return the names of the folds of a table, shorter ones first, so that fold2 precedes fold10."""
    return sorted({str(name) for name in regions["fold"].dropna()}, key=lambda name: (len(name), name))


def fold_name(fold: int | str) -> str:
    """Return the name of a fold given by number or name.

    Examples
    --------
    >>> fold_name(3), fold_name("fold3")
    ('fold3', 'fold3')
    """
    return f"fold{fold}" if isinstance(fold, int) else fold


def fold_list(folds: "int | str | list[int | str] | None") -> list[str]:
    """Return the names of folds given alone or as a list.

    Examples
    --------
    >>> fold_list([0, "fold2"]), fold_list(1), fold_list(None)
    (['fold0', 'fold2'], ['fold1'], [])
    """
    if folds is None:
        return []
    return [fold_name(fold) for fold in (folds if isinstance(folds, list) else [folds])]
