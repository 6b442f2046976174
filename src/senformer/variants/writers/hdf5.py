"""Score tables as HDF5, in the layout of Basenji and Baskerville. Under ``hdf5`` in ``WRITERS``.

Source: calico/basenji and calico/baskerville (``scores.h5`` of their variant scripts): ``snp``, ``chr``,
``pos`` (1-based), ``ref_allele``, ``alt_allele``, ``target_ids``, ``target_labels``, and one array a score,
variant x target. Scores are float32 here; the source clips them to what float16 holds. Rows of genes tell
the gene in ``gene``.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from senformer.core.errors import MissingInputError
from senformer.variants.sheet import Sheet
from senformer.variants.writers.base import Writer

_LONG_BYTES = 100
_COLUMNS = {
    "snp": "variant_id",
    "chr": "chrom",
    "pos": "position",
    "ref_allele": "ref",
    "alt_allele": "alt",
    "key": "key",
    "gene": "gene_id",
}


def require_h5py(variants: Path | None, columns: list[str]) -> None:
    """Raise where h5py, which writes the format, is not installed (MissingInputError, E763)."""
    try:
        import h5py  # noqa: F401
    except ModuleNotFoundError as fault:
        found = "needs h5py, which is not installed"
        raise MissingInputError(
            "E763", "an .h5 output", found, "Run: pip install 'senformer[hdf5]'"
        ) from fault


def write_hdf5(path: Path, sheet: Sheet) -> None:
    """Write a sheet, one row a variant, or a variant and gene; no time is stored in the file."""
    import h5py

    columns = {name: column for name, column in _COLUMNS.items() if column in sheet.row_columns}
    n_tracks = len(sheet.tracks)
    n_rows, n_bytes = _sizes(sheet, [column for name, column in columns.items() if name != "pos"])
    with h5py.File(path, "w") as file:  # the temporary file of commit_file
        for name in sheet.names:
            shape, most = (n_rows, n_tracks), (None, n_tracks)
            file.create_dataset(name, shape, np.float32, maxshape=most, chunks=(256, n_tracks))
        for name, column in columns.items():
            size = n_bytes.get(column, 0)
            # All texts of a column take the room of the longest: one long insertion would make gigabytes.
            packed = "gzip" if size > _LONG_BYTES else None
            file.create_dataset(name, n_rows, f"S{size}" if size else np.uint32, compression=packed)
        first = 0
        for block in sheet.blocks():
            rows = slice(first, first + len(block.rows))
            for name, column in columns.items():
                values = block.rows[column].to_pylist()
                file[name][rows] = np.array(values, np.uint32) if name == "pos" else _bytes(values)
            for name in sheet.names:
                file[name][rows] = block.values[name]
            first = rows.stop
        file.create_dataset("target_ids", data=_bytes(sheet.labels))
        assays = sheet.tracks["assay"].tolist()
        labels = [
            f"{assay}:{label}" if assay else label for assay, label in zip(assays, sheet.labels, strict=True)
        ]
        file.create_dataset("target_labels", data=_bytes(labels))


def _sizes(sheet: Sheet, columns: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Return the number of rows, and of bytes of the longest text of columns: HDF5 asks for both at first.

    So no more than one part is held, however many there are.
    """
    n_rows, n_bytes = 0, dict.fromkeys(columns, 1)
    for part in sheet.parts:
        n_more, longest = sheet.text_sizes(part, columns)
        n_rows += n_more
        n_bytes = {column: max(n_bytes[column], longest[column]) for column in columns}
    return n_rows, n_bytes


def _bytes(values: list[str]) -> np.ndarray:
    """Return text as bytes of one length, as the source has it; at least one, which HDF5 asks for."""
    array = np.array([value.encode() for value in values], dtype=np.bytes_)
    return array if array.dtype.itemsize else array.astype("S1")


HDF5 = Writer("hdf5", (".h5",), write_hdf5, check=require_h5py)
