"""From a run or model folder to a file of another program."""

from pathlib import Path
from typing import Any

from senformer.classical.lsgkm import write_lsgkm
from senformer.core.commit import refuse_existing
from senformer.predict.source import load_run_model


def export_lsgkm(run: Path, out: Path) -> dict[str, Any]:
    """Write a gkm-SVM as a model file of LS-GKM, and return what was written.

    Raises
    ------
    OutputError
        ``out`` exists.
    MissingInputError, DataError, ConfigError
        There is no model, or none that such a file holds.
    """
    refuse_existing(out)
    return {"out": str(out), "format": "lsgkm", "support_vectors": write_lsgkm(load_run_model(run), out)}
