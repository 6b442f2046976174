"""The folds that a run chooses for itself."""

from unittest.mock import create_autospec

import pytest

from senformer.core.errors import ConfigError
from senformer.dataset import Dataset, TableDataset
from senformer.dataset.fold_choice import choose_folds


def test_choose_folds__of_a_genome() -> None:
    dataset = create_autospec(Dataset, instance=True)
    dataset.with_folds.return_value = create_autospec(Dataset, instance=True)
    assert choose_folds(dataset, 1, [2]) is dataset.with_folds.return_value
    dataset.with_folds.assert_called_once_with(1, [2])


def test_choose_folds__a_table_has_none() -> None:
    table = create_autospec(TableDataset, instance=True, path="data/mpra")
    with pytest.raises(ConfigError, match="data/mpra: is a table, whose rows have no folds to choose"):
        choose_folds(table, 1, None)
