"""Another model whose predictions stand in for what was measured: where its windows lie, and its answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from jaxtyping import Float32, UInt8

from senformer.core.errors import ConfigError
from senformer.dataset import AnyDataset, TableDataset
from senformer.evaluate.checks import check_match, choose_head
from senformer.predict.cover import Cover, make_cover
from senformer.predict.predictor import Inference, Predictor
from senformer.predict.source import load_run_model


@dataclass(frozen=True)
class Reference:
    """The other model, and where its windows lie in those of the one that is evaluated."""

    predictor: Predictor
    head: str
    cover: Cover

    def predict(self, codes: UInt8[np.ndarray, "window base"]) -> Float32[np.ndarray, "window bin track"]:
        """Predict the targets of the evaluated model's windows; each row has the margins for the shifts.

        Each bin comes from one of its own windows, on the strands and with the shifts of the evaluation.
        """
        margins_bp = 2 * self.predictor.margin_bp
        found = []
        for start, bins in self.cover.tiles:
            window = codes[:, start : start + self.cover.window_bp + margins_bp]
            found.append(self.predictor.predict(window, self.head)[:, bins])
        return np.concatenate(found, axis=1)


def make_reference(
    against: Path, model: Any, dataset: AnyDataset, head: str, **how: Unpack[Inference]
) -> Reference:
    """Load the model that ``model`` is held against, and check that it predicts the same.

    Raises
    ------
    ConfigError
        The dataset is a table, or the windows of the other model do not fit inside.
    DataError
        The other model does not predict the dataset's tracks.
    """
    if isinstance(dataset, TableDataset):
        found = "is a table; two models are compared on windows of a genome"
        raise ConfigError("E690", str(dataset.path), found, "Leave --against out.")
    other = load_run_model(against)
    named = head if head in other.config.heads else choose_head(other, dataset, None)
    check_match(other, named, dataset)
    cover = make_cover(
        dataset.bin_bp,
        window_bp=model.window_bp,
        crop_bins=model.crop_bins,
        short_window_bp=other.window_bp,
        short_crop_bins=other.crop_bins,
    )
    return Reference(Predictor(other, **how), named, cover)
