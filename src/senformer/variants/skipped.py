"""The alleles that a scoring job leaves out, one line each, beside its table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from senformer.core.commit import commit_file
from senformer.core.schema import Column, TableSchema
from senformer.genome.variant_reader import SkippedAllele
from senformer.variants.writers.tsv import write_lines

SKIPPED = TableSchema(
    "skipped alleles",
    (
        Column("file_line", "int64", "", "line of the file, from 1; row of a frame, from 0"),
        Column("file_allele", "int64", "", "which of the record's ALT alleles, from 1"),
        Column("key", "string", "", "chromosome, 1-based position and alleles, long ones cut"),
        Column("reason", "string", "", "why it is not scored"),
    ),
)


def write_skipped(path: Path, skipped: Sequence[SkippedAllele]) -> None:
    """Write skipped alleles as TSV, in the order of the file."""
    numbers = {
        "file_line": pa.array(np.array([one.line for one in skipped], dtype=np.int64)),
        "file_allele": pa.array(np.array([one.allele for one in skipped], dtype=np.int64)),
    }
    texts = {"key": [one.key for one in skipped], "reason": [one.reason for one in skipped]}
    encoded = {name: pa.array(values, pa.string()).dictionary_encode() for name, values in texts.items()}
    table = pa.table({**numbers, **encoded})

    def write(temporary: Path) -> None:
        with open(temporary, "wb") as handle:  # allowed: the temporary file of commit_file
            write_lines(handle, [table], SKIPPED)

    commit_file(path, write)
