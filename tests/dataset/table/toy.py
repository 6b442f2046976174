"""A small table of sequences with two measured values, in tabs, commas and FASTA, and its plain reading."""

import gzip
from pathlib import Path

import numpy as np

from senformer.core.config import parse
from senformer.dataset.table.config import TableConfig

N_ROWS = 41
WINDOW_BP = 32


def toy_sequences(n_rows: int = N_ROWS, seed: int = 3) -> list[str]:
    """Return sequences of 11 to 32 bases, one of them with an N and an R."""
    rng = np.random.default_rng(seed)
    found = ["".join(rng.choice(list("ACGT"), rng.integers(11, WINDOW_BP + 1))) for _ in range(n_rows)]
    found[5] = "acgtNR" + found[5][6:]
    return found


def toy_rows(n_rows: int = N_ROWS) -> list[dict[str, str]]:
    """Return the rows as text; the value of every seventh is missing."""
    rng = np.random.default_rng(4)
    splits = ["train", "train", "train", "val", "test"]
    return [
        {
            "name": f"r{row}",
            "seq": sequence,
            "plus": "NA" if row % 7 == 6 else f"{rng.normal():.6f}",
            "minus": f"{rng.normal():.6f}",
            "half_life": f"{rng.normal():.4f}",
            "gc": f"{rng.normal():.4f}",
            "split": splits[row % 5],
            "gene": f"g{row // 3}",
            "place": f"chr{1 + row % 3}:{100 * row + 1}-{100 * row + 50}",
        }
        for row, sequence in enumerate(toy_sequences(n_rows))
    ]


def write_table(path: Path, rows: list[dict[str, str]], separator: str = "\t") -> Path:
    """Write rows with a header line; gzip where the name says so."""
    lines = [separator.join(rows[0]), *(separator.join(row.values()) for row in rows)]
    text = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    return path


def toy_values(path: Path, **changes: object) -> dict:
    """Return a ``dataset`` section for the table at ``path``; None takes a key out."""
    section = {
        "kind": "table",
        "organism": "toy",
        "rows": str(path),
        "id": "name",
        "sequence": "seq",
        "values": {
            "plus": {"assay": "MPRA", "strand": "+", "pair": "minus"},
            "minus": {"assay": "MPRA", "strand": "-", "pair": "plus", "scale": 2.0},
        },
        "inputs": {"features": {"columns": ["half_life", "gc"]}},
        "window_bp": WINDOW_BP,
        "split": {"by": "column", "column": "split"},
    }
    return {key: value for key, value in {**section, **changes}.items() if value is not None}


def toy_config(path: Path, **changes: object) -> TableConfig:
    """Return the configuration of :func:`toy_values`."""
    return parse(TableConfig, toy_values(path, **changes), "test")
