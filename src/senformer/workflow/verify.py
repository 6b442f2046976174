"""Prove what a folder holds: checksums of a dataset, checksums and golden outputs of a model."""

from pathlib import Path
from typing import Any

from senformer.core.device import pick_device, without_tf32
from senformer.core.errors import MissingInputError
from senformer.core.provenance import FILE as RUN_RECORD
from senformer.core.wording import counted
from senformer.dataset import layout, open_dataset
from senformer.dataset.collection import member_folders
from senformer.dataset.manifest import unlisted_files
from senformer.dataset.progress import refuse_unfinished
from senformer.model.folder import WEIGHTS, read_sums
from senformer.model.proof import prove_golden
from senformer.predict.source import find_model, load_run_model

_SHOWN = 5


def verify_path(path: Path, device: str = "auto") -> dict[str, Any]:
    """Verify a dataset, run or model folder; a model computes its golden outputs again on ``device``.

    Returns
    -------
    ``kind`` and ``checks``; of a dataset how many files its manifest does not list (``n_unlisted``) and the
    first of them; of a model its golden outputs.

    Raises
    ------
    MissingInputError
        The folder is none of these.
    SenformerError
        What was proven wrong, by the layer that owns it.
    """
    refuse_unfinished(path)
    if (path / "dataset.json").is_file():
        members = member_folders(path)
        for folder in [path] if members is None else members.values():
            open_dataset(folder, verify=True)
        kind = "dataset" if members is None else f"collection of {counted(len(members), 'dataset')}"
        unlisted = _unlisted(path, members)
        figures = {"n_unlisted": len(unlisted), "unlisted": unlisted[:_SHOWN]}
        return {"path": str(path), "kind": kind, "checks": "SHA-256 of every stored file", **figures}
    if (path / "model").is_dir() or (path / "config.json").is_file():
        return _verify_model(path, device)
    found = "is no dataset, run or model folder" if path.exists() else "no such folder"
    raise MissingInputError("E124", str(path), found, "Give a folder of `build`, `train` or `convert`.")


def _unlisted(path: Path, members: dict[str, Path] | None) -> list[str]:
    """Return the files that no manifest lists, relative to ``path``."""
    if members is None:
        return unlisted_files(path)
    own = {*members, layout.HEADER, layout.DONE, layout.LOCK, RUN_RECORD}
    beside = [child for child in path.iterdir() if child.name not in own]
    files = [file for child in beside for file in (child, *child.rglob("*")) if file.is_file()]
    inside = [f"{name}/{file}" for name, folder in members.items() for file in unlisted_files(folder)]
    return sorted([file.relative_to(path).as_posix() for file in files] + inside)


def _verify_model(path: Path, device: str) -> dict[str, Any]:
    place = pick_device(device)
    folder = find_model(path)
    model = load_run_model(folder, map_location=place)
    with without_tf32():
        proof = prove_golden(model, str(folder))
    digests = read_sums(folder)
    what = "every file" if digests else "the weights (an older folder: config and card have none)"
    return {
        "path": str(path),
        "kind": "model",
        "checks": f"SHA-256 of {what}, golden outputs",
        "model": model.name,
        "device": str(place),
        "dtype": str(model.like.dtype).removeprefix("torch."),
        "sha256": digests or {WEIGHTS: model.card.sha256},
        **proof,
    }
