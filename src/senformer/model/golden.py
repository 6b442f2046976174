"""Golden outputs: a short seeded input and what the model says of it, kept in its card."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from senformer.core.errors import DataError
from senformer.core.seeding import numpy_rng
from senformer.model.network import Enformer

_SEED = 1
_N_BINS = 24
_N_VALUES = 4
_TOLERANCE = 1e-3


def golden_codes(n_bases: int) -> Tensor:
    """Return the golden input: seeded codes, a few of them N."""
    words = numpy_rng(_SEED, "golden").bit_generator.random_raw(n_bases)
    codes = torch.from_numpy((words % 101 % 5).astype("uint8"))
    return codes.unsqueeze(0)


@torch.no_grad()
def golden_outputs(model: Enformer) -> dict[str, list[list[float]]]:
    """Return the first values of the first and last bin of every head, for the golden input, uncropped."""
    training = model.training
    model.eval()
    try:
        embedding = model.trunk(golden_codes(_N_BINS * model.bin_bp), 0)[:, [0, -1]]
        return {
            head: functional.softplus(layer(embedding).float())[0, :, :_N_VALUES].tolist()
            for head, layer in model.heads.items()
        }
    finally:
        model.train(training)


def make_golden(model: Enformer) -> dict[str, Any]:
    """Return the card's golden section."""
    return {
        "seed": _SEED,
        "n_bins": _N_BINS,
        "tolerance": _TOLERANCE,
        "outputs": golden_outputs(model),
    }


def check_golden(model: Enformer, where: str) -> None:
    """Compute the golden outputs again.

    Raises
    ------
    DataError
        The card has none, or a value differs by more than the card's tolerance.
    """
    golden = model.card.golden
    if not golden:
        raise DataError("E507", where, "the card has no golden outputs", "Save the model again.")
    found = golden_outputs(model)
    for head, values in golden["outputs"].items():
        got, want = torch.tensor(found[head]), torch.tensor(values)
        error = float(((got - want).abs() / (1 + want.abs())).max())
        if not error <= golden["tolerance"]:
            raise DataError(
                "E507",
                where,
                f"golden outputs of head {head!r} differ by {error:.2g}, allowed {golden['tolerance']:.2g}",
                "Use the versions in the card's training record.",
            )
