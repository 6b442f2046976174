"""Score tables as HDF5, in the layout of Basenji and Baskerville. Under ``hdf5`` in ``WRITERS``.

Source: calico/basenji and calico/baskerville (``scores.h5`` of their variant scripts): ``snp``, ``chr``,
``pos`` (1-based), ``ref_allele``, ``alt_allele``, ``target_ids``, ``target_labels``, and one array a score,
variant x target. Scores are float32 here; the source clips them to what float16 holds. Rows of genes tell
the gene in ``gene``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from senformer.core.errors import MissingInputError
from senformer.variants.sheet import Sheet
from senformer.variants.writers.base import Writer

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

    facts: dict[str, list[Any]] = {
        name: [] for name, column in _COLUMNS.items() if column in sheet.row_columns
    }
    n_tracks = len(sheet.tracks)
    with h5py.File(path, "w") as file:  # the temporary file of commit_file
        for name in sheet.names:
            file.create_dataset(
                name, (0, n_tracks), np.float32, maxshape=(None, n_tracks), chunks=(256, n_tracks)
            )
        for block in sheet.blocks():
            for name, values in facts.items():
                values += block.rows[_COLUMNS[name]].to_pylist()
            for name in sheet.names:
                done = len(file[name])
                file[name].resize(done + len(block.rows), axis=0)
                file[name][done:] = block.values[name]
        for name, values in facts.items():
            file.create_dataset(name, data=np.array(values, np.uint32) if name == "pos" else _bytes(values))
        file.create_dataset("target_ids", data=_bytes(sheet.labels))
        assays = sheet.tracks["assay"].tolist()
        labels = [
            f"{assay}:{label}" if assay else label for assay, label in zip(assays, sheet.labels, strict=True)
        ]
        file.create_dataset("target_labels", data=_bytes(labels))


def _bytes(values: list[str]) -> np.ndarray:
    """Return text as bytes of one length, as the source has it; at least one, which HDF5 asks for."""
    array = np.array([value.encode() for value in values], dtype=np.bytes_)
    return array if array.dtype.itemsize else array.astype("S1")


HDF5 = Writer("hdf5", (".h5",), write_hdf5, check=require_h5py)
