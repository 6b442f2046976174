"""Put a bank of ours below published heads: lines of ExPecto come without the network that they read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from senformer.core.errors import DataError, UsageError
from senformer.model.bank_model import bank_tensors
from senformer.model.blocks.exp_basis import bin_distances, exp_weights
from senformer.model.create import model_config
from senformer.model.weights.foreign import Foreign
from senformer.model.zoo import MODELS
from senformer.predict.source import load_run_model


def with_bank(foreign: Foreign, bank: Path | None, where: str) -> Foreign:
    """Return weights with those of the bank, if they are of a model that has one and lack it.

    Parameters
    ----------
    foreign
        What a source returned.
    bank
        Run or model folder of the network that the heads read.
    where
        The source, for messages.

    Raises
    ------
    UsageError
        A bank is needed and not given, or given and not needed.
    DataError, ConfigError
        The heads read another number of predictions than the bank makes, or it is no known bank.
    """
    is_needed = "bank" in MODELS[foreign.model].config_class.model_fields
    is_needed = is_needed and not any(name.startswith("layers.") for name in foreign.tensors)
    if bank is None and not is_needed:
        return foreign
    if bank is None:
        found = f"{where} holds lines over what a bank predicts, and no bank"
        raise UsageError("E143", "--bank", found, "Name the run or model folder of the trained bank.")
    if not is_needed:
        raise UsageError("E143", "--bank", f"the weights of {where} need none", "Leave it out.")
    source = load_run_model(bank)
    overrides = {
        **foreign.overrides,
        "bank": {"name": source.name, "sizes": source.config.model_dump(mode="json")},
    }
    # As many bins as are published, of the same step.
    published: Any = model_config(foreign.model, {})
    beside = published.bank.config.window_bp - source.window_bp
    overrides["window_bp"] = published.window_bp - beside
    config: Any = model_config(foreign.model, overrides)
    n_bins = (config.window_bp - source.window_bp) // config.step_bp + 1
    weights = exp_weights(
        bin_distances(n_bins, config.step_bp), config.step_bp, config.rates, sides=config.sides
    )
    n_wide, n_found = len(weights) * sum(source.config.heads.values()), _width(foreign)
    if n_found != n_wide:
        found = f"has {n_found:,} weights a line, the bank's predictions ask for {n_wide:,}"
        raise DataError("E594", where, found, "Give the bank that the lines were fitted to.")
    tensors = {f"layers.0.layers.{name}": tensor for name, tensor in bank_tensors(source).items()}
    tensors["layers.1.weights"] = torch.from_numpy(weights)
    return replace(foreign, overrides=overrides, tensors={**foreign.tensors, **tensors})


def _width(foreign: Foreign) -> int:
    return next(tensor.shape[1] for name, tensor in foreign.tensors.items() if name.endswith(".weight"))
