"""The folds that a run chooses for itself, in datasets of any kind."""

from senformer.core.errors import ConfigError
from senformer.dataset.splits.file import Folds
from senformer.dataset.store import Dataset
from senformer.dataset.table.store import TableDataset


def choose_folds(dataset: Dataset | TableDataset, test: Folds, valid: Folds) -> Dataset:
    """Return the dataset with these folds as test and valid (:meth:`Dataset.with_folds`).

    Raises
    ------
    ConfigError
        The dataset is a table or has no folds, or a fold does not exist.
    """
    if isinstance(dataset, TableDataset):
        todo = "Leave folds out, or train on datasets of a genome alone."
        raise ConfigError("E440", str(dataset.path), "is a table, whose rows have no folds to choose", todo)
    return dataset.with_folds(test, valid)
