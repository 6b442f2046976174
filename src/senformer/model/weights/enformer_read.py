"""Read an Enformer whose tensors another program named: sizes from the shapes, then every tensor."""

from typing import Any

import torch

from senformer.model.create import create_model
from senformer.model.weights.enformer_names import Dialect
from senformer.model.weights.enformer_sizes import enformer_names, enformer_sizes
from senformer.model.weights.foreign import Foreign
from senformer.model.weights.translate import Stored, translate

MODEL = "enformer"
# The published model's, in the original and in its ports.
KEPT_BINS = 896


def read_enformer(
    dialect: Dialect,
    stored: Stored,
    provenance: dict[str, Any],
    *,
    settings: dict[str, Any] | None = None,
    kept_bins: int | None = KEPT_BINS,
) -> Foreign:
    """Return the weights of ``stored`` in our form.

    Parameters
    ----------
    dialect
        How the source names and lays out its tensors.
    stored
        The source's tensors.
    provenance
        For the card.
    settings
        Further keys of the configuration: what tensors do not tell, the dropout rates for instance.
    kept_bins
        Bins that the source keeps of any window.

    Raises
    ------
    DataError
        A tensor is missing, unknown, of another shape than the others need, or holds no sound numbers.
    """
    sizes = enformer_sizes(dialect, stored)
    with torch.device("meta"):
        like = create_model(MODEL, **sizes).state_dict()
    wanted = {name: tuple(tensor.shape) for name, tensor in like.items()}
    tensors = translate(stored, enformer_names(dialect, sizes), wanted)
    return Foreign(MODEL, sizes | (settings or {}), tensors, provenance, kept_bins=kept_bins)
