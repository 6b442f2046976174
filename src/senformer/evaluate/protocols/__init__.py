"""Published protocols that differ from ours, so that numbers can be compared: one a file, one line each."""

from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.commit import write_text
from senformer.evaluate.protocols.pooled_2022 import Pooled2022

PROTOCOLS: dict[str, Any] = {"pooled_2022": Pooled2022}


def write_windows(folder: Path, name: str, protocol: Any, places: pd.DataFrame) -> None:
    """Write the scores of each window, as ``NAME.tsv`` and ``NAME.parquet``."""
    table = protocol.table(places)
    write_text(folder / f"{name}.tsv", table.to_csv(sep="\t", index=False, na_rep="nan"))
    protocol.schema.write(folder / f"{name}.parquet", table)
