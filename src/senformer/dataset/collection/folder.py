"""The folder of several genomes: a header, a dataset for each genome, and a closing file."""

from pathlib import Path
from typing import Any

from senformer.core.commit import sha256, write_json
from senformer.core.errors import DataError
from senformer.core.provenance import versions
from senformer.dataset import layout
from senformer.dataset.manifest import read_json
from senformer.dataset.progress import refuse_unfinished


def collection_header(names: list[str]) -> dict[str, Any]:
    """Return the content of ``dataset.json``."""
    made_by = versions().get("senformer", "unknown")
    return {"format": layout.FORMAT, "kind": layout.COLLECTION, "made_by": made_by, "genomes": names}


def close_collection(root: Path, names: list[str]) -> None:
    """Write ``DONE.json``: the SHA-256 of the header and of what closed each dataset."""
    files = [layout.HEADER, *(f"{name}/{layout.DONE}" for name in names)]
    sums = {file: sha256(root / file) for file in files}
    write_json(root / layout.DONE, {"format": layout.FORMAT, "sha256": sums})


def member_folders(path: Path) -> dict[str, Path] | None:
    """Return the dataset folder of every genome of a finished collection; None for anything else.

    Raises
    ------
    DataError
        It is unfinished, or a dataset in it is another than when it was closed.
    """
    if not (path / layout.HEADER).is_file():
        return None
    header = read_json(path / layout.HEADER)
    if header.get("kind") != layout.COLLECTION:
        return None
    refuse_unfinished(path)
    for file, known in read_json(path / layout.DONE)["sha256"].items():
        if not (path / file).is_file() or sha256(path / file) != known:
            raise DataError(
                "E412",
                str(path),
                f"is damaged: {file} is missing or not the one that {layout.DONE} closed",
                "Remove the folder and run senformer build again, or copy it again.",
            )
    return {name: path / name for name in header["genomes"]}
