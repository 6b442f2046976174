"""Splits that somebody published (``SPLITTERS["file"]``): Borzoi folds, Basenji sequences, ChromBPNet JSON.

Source: calico/borzoi ``data/sequences_human.bed.gz`` (fold0 to fold7), calico/basenji ``sequences.bed``
(train, valid, test), kundajelab/chrombpnet fold JSON (lists of chromosomes).
"""

import json
from typing import Any, Literal

import pandas as pd

from senformer.core.config import nearest
from senformer.core.errors import DataError, MissingInputError
from senformer.dataset.splits.base import SPLITS, SplitBase, SplitInputs, SplitResult, ordered
from senformer.dataset.splits.groups import disjoint
from senformer.dataset.splits.refold import fold_list, fold_names, refold
from senformer.genome.bed import read_bed
from senformer.genome.chromosomes import match_chromosomes
from senformer.genome.files import local_file

Folds = int | str | list[int | str] | None
# Borzoi's own choice.
_TEST, _VALID = "fold3", "fold4"
# What others call a split, too far from the word here to be taken for a misspelling.
_OTHER_WORDS = {"dev": "valid", "eval": "valid", "tune": "valid", "heldout": "test", "held_out": "test"}


class FileSplit(SplitBase):
    """A BED file whose fourth column names the split or the fold, or a JSON file of chromosomes.

    Attributes
    ----------
    by
        The name of this way to split.
    path
        ``.json``: an object of ``train``, ``valid`` and ``test``, each a list of chromosomes. Anything else
        is read as BED.
    test_fold, valid_fold
        Folds that are test and valid, by number or name, where the file names folds; all others are train.
        By default fold3 and fold4.
    on_overlap
        What to do with bases in two folds: ``error``, or ``drop`` them from both, counted.
    """

    by: Literal["file"] = "file"
    path: str
    test_fold: Folds = None
    valid_fold: Folds = None
    on_overlap: Literal["error", "drop"] = "error"

    def input_files(self) -> dict[str, str]:
        """Return the file."""
        return {"path": self.path}


def split_by_file(config: FileSplit, inputs: SplitInputs) -> SplitResult:
    """Return the regions of a published file; overlapping ones of one fold are one.

    Returns
    -------
    Regions, with folds where the file names folds. The report holds ``lines`` (rows of the file per fold or
    split), ``left_out_lines`` (rows on chromosomes that are not in use) and ``dropped_bp`` (bases that two
    folds shared).

    Raises
    ------
    DataError
        The file is damaged, names neither splits nor folds, or two folds share a base.
    ConfigError
        A fold that is asked for is not in the file.
    MissingInputError
        There is no such file.
    """
    is_json = config.path.lower().endswith(".json")
    rows = _read_json(config.path, inputs) if is_json else _read_bed(config.path, inputs)
    in_use = rows["chrom"].isin(list(inputs.chrom_sizes))
    report: dict[str, Any] = {
        "lines": {str(name): int(n) for name, n in rows["group"].value_counts().sort_index().items()},
        "left_out_lines": int((~in_use).sum()),
    }
    groups, report["dropped_bp"] = disjoint(rows[in_use], config.path, config.on_overlap == "drop")
    has_splits = set(rows["group"]) <= set(SPLITS)
    if has_splits:
        _refuse_folds(config)
        return SplitResult(
            ordered(groups.assign(split=groups["group"], fold=None), inputs.chrom_sizes), report
        )
    table = ordered(groups.assign(split="train", fold=groups["group"]), inputs.chrom_sizes)
    return SplitResult(_choose(config, table, rows), report)


def _choose(config: FileSplit, table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    known = fold_names(rows.assign(fold=rows["group"]))
    test, valid = fold_list(config.test_fold), fold_list(config.valid_fold)
    test = test or ([_TEST] if _TEST in known and _TEST not in valid else [])
    valid = valid or ([_VALID] if _VALID in known and _VALID not in test else [])
    if not test:
        found = f"the file has the folds {', '.join(known[:8])}, and split.test_fold names none"
        raise DataError("E442", config.path, found, "Set split.test_fold and split.valid_fold.")
    if not valid and _VALID in known:
        found = f"split.test_fold takes {_VALID}, which is valid by default, and split.valid_fold names none"
        raise DataError("E442", config.path, found, "Set split.valid_fold.")
    # Against all folds of the file: one whose chromosomes are not in use is no misspelling.
    refold(rows.assign(fold=rows["group"], split="train"), test, valid, f"split ({config.path})")
    here = set(fold_names(table))
    return refold(
        table, [fold for fold in test if fold in here], [fold for fold in valid if fold in here], "split"
    )


def _refuse_folds(config: FileSplit) -> None:
    for key in ("test_fold", "valid_fold"):
        if getattr(config, key) is not None:
            found = f"the file names train, valid and test itself, so split.{key} has no effect"
            raise DataError("E442", config.path, found, "Leave the key out.")


def _read_bed(path: str, inputs: SplitInputs) -> pd.DataFrame:
    rows = read_bed(path, inputs.known_sizes, keep_lines=True).rename(columns={"name": "group"})
    if rows.empty:
        raise DataError("E442", path, "holds no interval", "Get the file again.")
    unnamed = rows[rows["group"] == "."]
    if len(unnamed):
        where = f"{path} line {unnamed['line'].min()}"
        todo = "The fourth column must name the split (train, valid, test) or the fold."
        raise DataError("E442", where, "names no split or fold", todo)
    return rows[["chrom", "start", "end", "group", "line"]]


def _read_json(path: str, inputs: SplitInputs) -> pd.DataFrame:
    try:
        text = local_file(path, "E101", unreadable="E102").read_text(encoding="utf-8")
        values = json.loads(text)
    except (OSError, UnicodeDecodeError) as fault:
        raise MissingInputError("E102", path, f"cannot be read ({fault})", "Check the file.") from fault
    except ValueError as fault:
        raise DataError("E442", path, f"is no JSON ({fault})", "Get the file again.") from fault
    if not isinstance(values, dict) or not values:
        raise DataError("E442", path, "is no object of train, valid and test", "Give lists of chromosomes.")
    for key in values:
        if key not in SPLITS:
            found = f"has the key {key!r}; allowed are {', '.join(SPLITS)}"
            raise DataError("E442", path, found, _right_key(key))
    sizes, rows = inputs.known_sizes, []
    for split, names in values.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise DataError("E442", f"{path} {split}", "is no list of chromosome names", "Mend the file.")
        for chrom in match_chromosomes(names, sizes, f"{path} {split}").values():
            rows.append((chrom, 0, sizes[chrom], split, 0))
    return pd.DataFrame(rows, columns=["chrom", "start", "end", "group", "line"])


def _right_key(key: str) -> str:
    """Say which split was probably meant by the key of a JSON file."""
    return nearest(_OTHER_WORDS.get(key.lower(), key), SPLITS)
