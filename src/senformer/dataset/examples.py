"""Examples of any dataset, a genome's windows or a table's rows: one door for validation and evaluation."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from senformer.core.errors import ConfigError
from senformer.dataset.batch import Batch, turn_control
from senformer.dataset.batch import eval_batches as genome_batches
from senformer.dataset.controls import CONTROL
from senformer.dataset.store import Dataset
from senformer.dataset.table.store import TableDataset
from senformer.genome.sequence import reverse_complement

AnyDataset = Dataset | TableDataset


def eval_batches(
    dataset: AnyDataset, windows: pd.DataFrame, crop_bins: int, batch_size: int, margin_bp: int = 0
) -> Iterator[Batch]:
    """Yield batches of windows, or of rows, in order, not augmented; the last may be smaller.

    Raises
    ------
    ConfigError
        A margin is asked for of a table, whose rows end where their windows end.
    """
    if isinstance(dataset, Dataset):
        yield from genome_batches(dataset, windows, crop_bins, batch_size, margin_bp)
        return
    from senformer.dataset.table.batches import row_batches

    if margin_bp:
        found = f"rows have nothing beyond their {dataset.bin_bp} bp to shift by {margin_bp} bp"
        raise ConfigError("E496", str(dataset.path), found, "Leave the shifts out.")
    yield from row_batches(dataset, windows, batch_size)


def refuse_unmeasured(dataset: AnyDataset, todo: str) -> None:
    """Raise if a dataset holds no targets: its tracks are those of a model (``tracks_from``).

    Raises
    ------
    ConfigError
        It has none; ``todo`` says what to do instead.
    """
    if isinstance(dataset, Dataset) and not dataset.is_measured:
        found = "holds no measurements: it was built with tracks_from"
        raise ConfigError("E696", str(dataset.path), found, todo)


def turn_batch(dataset: AnyDataset, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the named inputs of some rows, or windows, as the other strand has them."""
    from senformer.dataset.table.batches import turn_inputs

    if isinstance(dataset, Dataset):
        turned = {"sequence": reverse_complement(inputs["sequence"])}
        return turned | {CONTROL: turn_control(dataset, inputs[CONTROL])}
    return turn_inputs(dataset, inputs)
