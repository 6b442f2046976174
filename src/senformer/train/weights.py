"""How much each track counts in the loss."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from senformer.core.config import nearest
from senformer.core.errors import ConfigError
from senformer.dataset.examples import AnyDataset


def track_weights(
    datasets: Mapping[str, AnyDataset], assay_weights: Mapping[str, float]
) -> dict[str, Float[Tensor, " track"]]:
    """Return each organism's weight per track, its assay's; 1 for assays without one.

    Raises
    ------
    ConfigError
        A weight is given for an assay that no dataset has.
    """
    known = {track.assay for dataset in datasets.values() for track in dataset.tracks}
    for assay in assay_weights:
        if assay not in known:
            raise ConfigError(
                "E616", "train.assay_weights", f"no track has assay {assay!r}", nearest(assay, known)
            )
    return {
        organism: torch.tensor([float(assay_weights.get(track.assay, 1.0)) for track in dataset.tracks])
        for organism, dataset in datasets.items()
    }
