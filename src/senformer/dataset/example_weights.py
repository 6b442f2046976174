"""How much every example counts in a loss: a table beside the dataset, by window or by row."""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float32

from senformer.core.errors import ConfigError, DataError, MissingInputError

WINDOW, ROW, WEIGHT = ["chrom", "start", "end"], ["id"], "weight"


def read_weights(path: Path) -> pd.DataFrame:
    """Read a table of ``weight`` by ``chrom, start, end`` or by ``id``: tab-separated, with a header.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigError
        It has none of these columns.
    DataError
        A weight is no number from 0 on, or an example stands twice; the line is named.
    """
    if not path.is_file():
        raise MissingInputError("E101", str(path), "no such file", "Check train.example_weights.")
    table = pd.read_csv(path, sep="\t", dtype={"id": str, "chrom": str}, keep_default_na=False)
    keys = next((keys for keys in (WINDOW, ROW) if set(keys) <= set(table.columns)), None)
    if keys is None or WEIGHT not in table.columns:
        found = f"has the columns {', '.join(map(str, table.columns))}"
        todo = "Give chrom, start, end and weight (0-based), or id and weight of a table's rows."
        raise ConfigError("E623", str(path), found, todo)
    values = pd.to_numeric(table[WEIGHT], errors="coerce").to_numpy(np.float64)
    _refuse(
        path, table[WEIGHT], ~(np.isfinite(values) & (values >= 0)), "the weight is {!r}; it is 0 or more"
    )
    _refuse(path, table[keys[0]], table.duplicated(keys).to_numpy(), "the example of {!r} stands twice")
    return table[keys].assign(**{WEIGHT: values})


def _refuse(path: Path, column: pd.Series, is_bad: np.ndarray, text: str) -> None:
    bad = np.flatnonzero(is_bad)
    if len(bad):
        found = f"{text.format(str(column.iloc[bad[0]]))} ({len(bad)} of {len(column)} lines)"
        raise DataError("E624", f"{path} line {bad[0] + 2}", found, "Mend the line.")


def weights_of(examples: pd.DataFrame, weights: pd.DataFrame, where: str) -> Float32[np.ndarray, " example"]:
    """Return the weights of windows (``chrom, start, end``) or rows (``id``), in their order.

    Raises
    ------
    DataError
        An example has none, or all are 0.
    """
    keys = [name for name in weights.columns if name != WEIGHT]
    if not set(keys) <= set(examples.columns):
        found = f"weights are given by {', '.join(keys)}, the examples have none"
        raise ConfigError("E623", where, found, "Weigh windows by chrom, start and end, rows by id.")
    values = examples[keys].merge(weights, on=keys, how="left")[WEIGHT].to_numpy(np.float64)
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        first = " ".join(str(value) for value in examples[keys].iloc[missing[0]])
        found = f"{len(missing)} of {len(values)} examples have no weight, the first is {first}"
        raise DataError("E624", where, found, "Give every example of the train split a weight.")
    if not values.any():
        raise DataError("E624", where, "every weight is 0", "Give some example a weight.")
    return values.astype(np.float32)
