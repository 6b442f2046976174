"""What a bank says of every row, computed once: the embedding of a model whose layers never change."""

import hashlib
import logging
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float32

from senformer.core.device import pick_device
from senformer.core.seeding import child_seed
from senformer.dataset.examples import AnyDataset, eval_batches
from senformer.model import create_model
from senformer.model.distance_model import DistanceModel
from senformer.predict.source import tensors_sha256
from senformer.train.bank import fill_bank
from senformer.train.export import describe_dataset
from senformer.train.fit.kept import Kept
from senformer.train.plan import Plan

log = logging.getLogger(__name__)

FOLDER = "features"
# Rows of one file, and rows that the model reads at once.
_BLOCK, _BATCH = 16, 4

Features = Float32[np.ndarray, "row wide"]


def with_bank(plan: Plan, seed: int) -> Any:
    """Return the model of a plan before its heads are fitted, its bank that of ``model.bank_from``.

    Raises
    ------
    MissingInputError, ConfigError
        That is no model, or another than the bank.
    """
    torch.manual_seed(child_seed(seed, "weights"))
    model = create_model(plan.name, **plan.overrides)
    fill_bank(model)
    return model


def features_plan(model: DistanceModel, dataset: AnyDataset, windows: pd.DataFrame) -> dict[str, Any]:
    """Return what the features of rows depend on: the layers, the dataset, and which rows."""
    rows = windows.to_csv(index=False).encode()
    return {
        "window_bp": model.window_bp,
        "layers_sha256": tensors_sha256(model.layers.state_dict()),
        "dataset": describe_dataset(dataset),
        "rows_sha256": hashlib.sha256(rows).hexdigest(),
    }


def read_features(
    model: DistanceModel, dataset: AnyDataset, windows: pd.DataFrame, kept: Kept, device: str
) -> Features:
    """Return the embedding of every row, mean of both strands; blocks that are kept are not computed again.

    Parameters
    ----------
    model
        With the bank's weights; it is left on the processor.
    dataset, windows
        The rows.
    kept
        Where finished blocks lie, opened by :func:`features_plan`.
    device
        Where to compute.

    Notes
    -----
    Memory: four bytes a feature of a row, and the bank's pass over four rows.
    """
    found: Features | None = None
    place = pick_device(device)
    model.to(place).eval()
    for first in range(0, len(windows), _BLOCK):
        block = windows.iloc[first : first + _BLOCK]
        part = kept.part(f"rows_{first:08d}", partial(_compute, model, dataset, block, place))
        if found is None:
            found = np.empty((len(windows), part["x"].shape[1]), dtype=np.float32)
        found[first : first + len(block)] = part["x"]
        if first // _BLOCK % 16 == 0:
            log.info("features of %d of %d rows", first + len(block), len(windows))
    model.to("cpu")
    assert found is not None  # there are rows
    return found


@torch.no_grad()
def _compute(
    model: DistanceModel, dataset: AnyDataset, windows: pd.DataFrame, device: torch.device
) -> dict[str, Features]:
    parts = []
    for batch in eval_batches(dataset, windows, 0, _BATCH):
        codes = torch.from_numpy(np.ascontiguousarray(batch.sequence)).to(device)
        parts.append(model.embed(codes)[:, 0].float().cpu().numpy())
    return {"x": np.concatenate(parts)}
