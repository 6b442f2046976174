"""Names and declared schemas of everything inside the folder of a table dataset that a genome's lacks."""

from senformer.core.schema import Column, TableSchema
from senformer.dataset.layout import Grid

KIND = "table"

SEQUENCE_STORE = "sequence.zarr"
VALUES_STORE = "values.zarr"
INPUTS = "inputs"
ROWS = "rows"

ROW_SCHEMA = TableSchema(
    "rows",
    (
        Column("id", "string", "", "name of the row, or its number from 0"),
        Column("split", "string", "", "train, valid or test; null: left out", nullable=True),
        Column("group", "string", "", "rows of one group are in one split; null: no groups", nullable=True),
        Column("start_bp", "int32", "bp", "first base of the sequence in its window, flanks not counted"),
        Column("end_bp", "int32", "bp", "end of the sequence in its window, exclusive"),
    ),
)

_BLOCK_BASES = 1 << 24
_BLOCK_ROWS = 1 << 16
_CHUNK_BYTES = 1 << 18


def rows_per_block(window_bp: int) -> int:
    """Return how many rows are written at a time: 16 Mb of sequence, at most 65,536 rows.

    Examples
    --------
    >>> rows_per_block(230), rows_per_block(10_500), rows_per_block(1 << 26)
    (65536, 1597, 1)
    """
    return max(1, min(_BLOCK_ROWS, _BLOCK_BASES // window_bp))


def block_name(first_row: int) -> str:
    """Return the name of a block, the number of its first row.

    Examples
    --------
    >>> block_name(65536)
    'row000000065536'
    """
    return f"row{first_row:012d}"


def input_store(name: str) -> str:
    """Return the store of an input: the sequence stands at the top, the others in a folder."""
    return SEQUENCE_STORE if name == "sequence" else f"{INPUTS}/{name}.zarr"


def row_grid(n_rows: int, row_bytes: int) -> Grid:
    """Return the cut of a block: chunks near 256 kB, so that a row at random costs little, in one shard."""
    chunk = max(1, min(_CHUNK_BYTES // max(row_bytes, 1), n_rows))
    return Grid(chunk, chunk * -(-n_rows // chunk))
