"""Other splits out of the same folds."""

import pandas as pd
import pytest

from senformer.core.errors import ConfigError
from senformer.dataset.splits.refold import fold_list, fold_names, refold

TABLE = pd.DataFrame(
    {"chrom": list("abcd"), "split": "train", "fold": ["fold0", "fold10", "fold2", "fold0"], "x": range(4)}
)


def test_refold__all_others_are_train() -> None:
    found = refold(TABLE, ["fold10"], ["fold2"], "here")
    assert found["split"].tolist() == ["train", "test", "valid", "train"]
    assert found["x"].tolist() == [0, 1, 2, 3]
    assert TABLE["split"].tolist() == ["train"] * 4


def test_refold__several_folds_and_none() -> None:
    assert refold(TABLE, ["fold0", "fold2"], [], "here")["split"].tolist() == [
        "test",
        "train",
        "test",
        "test",
    ]


@pytest.mark.parametrize(
    ("test", "valid", "text"),
    [
        (["fold3"], [], "here: no fold is called 'fold3'"),
        (["fold2"], ["fold2"], "here: fold 'fold2' is both test and valid"),
    ],
)
def test_refold__names_what_is_wrong(test: list, valid: list, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        refold(TABLE, test, valid, "here")


def test_refold__no_folds() -> None:
    with pytest.raises(ConfigError, match="regions without a fold, so none can be chosen"):
        refold(TABLE.assign(fold=None), ["fold0"], [], "here")


def test_fold_names__in_order_of_their_numbers() -> None:
    assert fold_names(TABLE) == ["fold0", "fold2", "fold10"]


def test_fold_list__alone_or_listed() -> None:
    assert (fold_list(3), fold_list(["a", 1]), fold_list(None)) == (["fold3"], ["a", "fold1"], [])
