"""The model card: what a user must know of a model before trusting its numbers."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict


class TrackCard(TypedDict, total=False):
    """What is known of one track; ``strand_pair`` is the index of its partner in the same head."""

    name: str
    assay: str
    strand: str
    strand_pair: int
    description: str
    scale: float
    clip: float | None
    clip_soft: float | None
    sqrt: bool
    sum_stat: str
    target_order: str
    clip_extreme: float | None


class ModelCard(BaseModel):
    """Facts about a model; also readable as a dictionary.

    Attributes
    ----------
    name, parameters
        The row in ``MODELS``; the number of trainable values.
    window_bp, bin_bp, crop_bins
        What it reads and what it predicts.
    strand_rule
        What has to be done to compare both strands.
    strands
        Which strands a prediction averages unless another choice is asked for: ``both``, or ``forward`` where
        the model has learned from sequences as they lie, or reads both strands itself.
    heads
        For each head its tracks, in order.
    units
        Of the predictions.
    training
        Intervals and provenance of the training; empty if untrained.
    licence
        Of the weights.
    source
        Where weights were converted from: format, files with their SHA-256; empty if trained here.
    golden
        A short input's outputs, which :func:`senformer.load_model` can compute again.
    sha256
        Of ``model.safetensors``.
    has_sums
        Whether ``SHA256SUMS`` was written beside it; not so in folders of release 0.1.0.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    name: str
    parameters: int
    window_bp: int
    bin_bp: int
    crop_bins: int
    strand_rule: str = "reverse-complement the input, reverse the bins, exchange the tracks of a strand pair"
    strands: Literal["both", "forward"] = "both"
    heads: dict[str, list[TrackCard]]
    units: str = "coverage summed over the bin, transformed as each track says"
    training: dict[str, Any] = Field(default_factory=dict)
    licence: str = ""
    source: dict[str, Any] = Field(default_factory=dict)
    golden: dict[str, Any] = Field(default_factory=dict)
    sha256: str = ""
    has_sums: bool = False

    def __getitem__(self, key: str) -> Any:
        """Return a fact by name."""
        if key not in type(self).model_fields:
            raise KeyError(key)
        return getattr(self, key)


@runtime_checkable
class Sizes(Protocol):
    """What a card repeats of any model's configuration."""

    @property
    def window_bp(self) -> int:
        """Bases that the model reads."""
        ...

    @property
    def bin_bp(self) -> int:
        """Bases a bin."""
        ...

    @property
    def crop_bins(self) -> int:
        """Bins dropped at each end."""
        ...

    @property
    def heads(self) -> dict[str, int]:
        """Number of tracks of each head."""
        ...


def new_card(name: str, config: Sizes, parameters: int) -> ModelCard:
    """Return the card of an untrained model: unstranded tracks without a name of their own."""
    heads = {
        head: [
            TrackCard(name=f"{head}_{index}", assay="", strand=".", strand_pair=index, description="")
            for index in range(n_tracks)
        ]
        for head, n_tracks in config.heads.items()
    }
    return ModelCard(
        name=name,
        parameters=parameters,
        window_bp=config.window_bp,
        bin_bp=config.bin_bp,
        crop_bins=config.crop_bins,
        heads=heads,
    )


def trainings(training: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return what a card says of a model's training, of that of the model it began at, and so on back."""
    found = [dict(training or {})]
    while source := (found[-1].get("source") or {}).get("training"):
        found.append(source)
    return found
