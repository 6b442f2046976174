"""A small bank, a table of windows around starts, and experiments of models over that bank."""

from pathlib import Path
from typing import Any

import torch
from tests.model.zoo.small import SMALL, small_section
from tests.train.fit.toy import motif_dataset

from senformer.dataset import TableDataset
from senformer.model import create_model

WINDOW_BP = 60


def starts_dataset(folder: Path, **changes: Any) -> TableDataset:
    """Build a table of 60 bp, in bins of 20 bp that the bank reads 40 bp around."""
    return motif_dataset(folder, **{"window_bp": WINDOW_BP, **changes})


def saved_bank(folder: Path) -> Path:
    """Save a bank of random weights."""
    torch.manual_seed(3)
    create_model("deepsea", **SMALL["expecto"]["bank"]["sizes"]).eval().save(folder / "bank")
    return folder / "bank"


def bank_section(name: str, folder: Path) -> dict[str, Any]:
    """Return the model section of a model over the saved bank."""
    section = small_section(name, bank_from=str(saved_bank(folder)))
    return {"name": name, **{key: section[key] for key in ("bank", "step_bp", "bank_from")}}
