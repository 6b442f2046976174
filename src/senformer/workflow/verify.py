"""Prove what a folder holds: checksums of a dataset, checksum and golden outputs of a model."""

from pathlib import Path

from senformer.core.errors import MissingInputError
from senformer.dataset import open_dataset
from senformer.predict.source import load_run_model


def verify_path(path: Path) -> dict[str, str]:
    """Verify a dataset, run or model folder.

    Raises
    ------
    MissingInputError
        The folder is none of these.
    SenformerError
        What was proven wrong, by the layer that owns it.
    """
    if (path / "dataset.json").is_file():
        open_dataset(path, verify=True)
        return {"path": str(path), "kind": "dataset", "checks": "SHA-256 of every stored file"}
    if (path / "model").is_dir() or (path / "config.json").is_file():
        load_run_model(path, verify=True)
        return {"path": str(path), "kind": "model", "checks": "SHA-256 of the weights, golden outputs"}
    raise MissingInputError(
        "E124", str(path), "is no dataset, run or model folder", "Give a folder of `build` or `train`."
    )
