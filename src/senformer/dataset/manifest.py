"""What a finished dataset holds: every file with its size and SHA-256, closed by ``DONE.json``.

A chunk that zarr does not find reads as its fill value without an error; the manifest is what tells
"not there" from "no signal".
"""

import json
from pathlib import Path
from typing import Any

from senformer.core.commit import sha256, write_json
from senformer.core.errors import DataError
from senformer.dataset import layout

_OUTSIDE = {layout.MANIFEST, layout.DONE, layout.LOCK, "run.json"}
# Up to this size the content of metadata is always looked at.
_SMALL_BYTES = 1 << 16


def describe_files(root: Path, folders: list[Path]) -> list[dict[str, Any]]:
    """Return path (relative to ``root``), size in bytes and SHA-256 of every file, sorted by path."""
    files = [file for folder in folders for file in _files_below(folder)]
    return [
        {"path": file.relative_to(root).as_posix(), "bytes": file.stat().st_size, "sha256": sha256(file)}
        for file in sorted(files)
    ]


def _files_below(path: Path) -> list[Path]:
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]


def write_manifest(root: Path, shards: dict[str, list[dict[str, Any]]]) -> None:
    """Write ``manifest.json`` and close the dataset with ``DONE.json``.

    Parameters
    ----------
    root
        The dataset; all else in it is already written.
    shards
        For every array its files, described when they were written.
    """
    known = {entry["path"] for files in shards.values() for entry in files}
    loose = [
        file
        for file in _files_below(root)
        if file.name not in _OUTSIDE and file.relative_to(root).as_posix() not in known
    ]
    manifest = {"format": layout.FORMAT, "shards": shards, "files": describe_files(root, loose)}
    write_json(root / layout.MANIFEST, manifest)
    write_json(
        root / layout.DONE, {"format": layout.FORMAT, "manifest_sha256": sha256(root / layout.MANIFEST)}
    )


def check_entries(root: Path, entries: list[dict[str, Any]], *, verify: bool) -> str:
    """Return what is wrong with the first bad file, or nothing.

    Existence and size are always looked at, the content only if ``verify``.
    """
    for entry in entries:
        file = root / entry["path"]
        if not file.is_file():
            return f"{entry['path']} is missing"
        if file.stat().st_size != entry["bytes"]:
            return f"{entry['path']} has {file.stat().st_size} bytes, not {entry['bytes']}"
        if verify and sha256(file) != entry["sha256"]:
            return f"{entry['path']} has another SHA-256 than when it was built"
    return ""


def unlisted_files(root: Path) -> list[str]:
    """Return the files of a finished dataset that its manifest does not list, so that nothing proves them."""
    content = read_json(root / layout.MANIFEST)
    known = {entry["path"] for entry in content["files"]} | _OUTSIDE
    known |= {entry["path"] for files in content["shards"].values() for entry in files}
    return sorted({file.relative_to(root).as_posix() for file in _files_below(root)} - known)


def check_dataset(root: Path, *, verify: bool) -> None:
    """Check a finished dataset against its manifest: size of every file, and the content of small metadata.

    With ``verify`` the content of every file.

    Raises
    ------
    DataError
        It is unfinished, or a file is missing or changed.
    """
    if not (root / layout.DONE).is_file():
        raise DataError(
            "E411", str(root), "is not finished (no DONE.json)", "Run the same build command again."
        )
    manifest = root / layout.MANIFEST
    done = read_json(root / layout.DONE)
    if not manifest.is_file():
        raise _damaged(root, f"{layout.MANIFEST} is missing")
    if sha256(manifest) != done.get("manifest_sha256"):
        raise _damaged(root, f"{layout.MANIFEST} is not the one that {layout.DONE} closed")
    content = read_json(manifest)
    # What stands at the top is read at once, and zarr.json says how chunks are read: always proven whole.
    small = [entry for entry in content["files"] if "/" not in entry["path"] or _is_small(entry)]
    rest = [entry for entry in content["files"] if "/" in entry["path"] and not _is_small(entry)]
    for entry in (entry for files in content["shards"].values() for entry in files):
        (small if entry["path"].endswith("/zarr.json") else rest).append(entry)
    fault = check_entries(root, small, verify=True) or check_entries(root, rest, verify=verify)
    if fault:
        raise _damaged(root, fault)


def _is_small(entry: dict[str, Any]) -> bool:
    return entry["bytes"] <= _SMALL_BYTES


def _damaged(root: Path, fault: str) -> DataError:
    todo = "Remove the folder and run senformer build again, or copy it again."
    return DataError("E412", str(root), f"is damaged: {fault}", todo)


def read_json(path: Path) -> dict[str, Any]:
    """Read one of our JSON files.

    Raises
    ------
    DataError
        It is no JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DataError("E413", str(path), f"cannot be read ({fault})", "Build the dataset again.") from fault
    if not isinstance(value, dict):
        raise DataError("E413", str(path), "holds no JSON object", "Build the dataset again.")
    return value
