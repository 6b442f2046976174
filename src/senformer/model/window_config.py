"""What the configurations of models of one fixed window have in common."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.fields import Heads

Rate = Annotated[float, Field(ge=0, lt=1)]
Size = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Crop = Annotated[int, Field(ge=0)]
Activation = Literal["linear", "softplus", "sigmoid"]
Sizes = Annotated[list[Size], Field(min_length=1)]


class WindowConfig(Config):
    """Sizes of a model that reads one window and predicts one bin in its middle.

    Attributes
    ----------
    window_bp
        Bases that the model reads, no more and no fewer.
    crop_bins
        Bins at each end of the window that are context alone: the window is ``2 * crop_bins + 1`` bins, and
        with 0 it is the bin.
    heads
        Number of outputs of each head.
    activation
        Of the heads: ``sigmoid`` for probabilities, ``linear`` for values of either sign, ``softplus`` for
        what is not negative. Losses of labels read the linear outputs.
    """

    window_bp: Size
    crop_bins: Crop = 0
    heads: Heads = Field(min_length=1)
    activation: Activation = "linear"

    @model_validator(mode="after")
    def _check_bins(self) -> "WindowConfig":
        n_bins = 2 * self.crop_bins + 1
        if self.window_bp % n_bins:
            raise ValueError(
                f"window_bp {self.window_bp} is no multiple of the {n_bins} bins that crop_bins "
                f"{self.crop_bins} makes of it"
            )
        return self

    @property
    def bin_bp(self) -> int:
        """Bases of the bin that is predicted."""
        return self.window_bp // (2 * self.crop_bins + 1)


class ChromatinConfig(WindowConfig):
    """Of the models of DeepSEA's data: 919 chromatin features in the middle 200 of 1,000 bp."""

    window_bp: Size = 1000
    crop_bins: Crop = 2
    heads: Heads = Field(default_factory=lambda: {"human": 919}, min_length=1)
    activation: Activation = "sigmoid"


# What the recipes of such models have in common, where the defaults of training are those of long windows.
PLAIN_RECIPE: dict[str, Any] = {
    "warmup_steps": 0,
    "clip_norm": None,
    "max_shift_bp": 0,
    "reverse_complement": True,
}
