"""What the configurations of the support vector machines over words have in common."""

from typing import Literal

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.fields import Heads
from senformer.model.window_config import Size


class KmerConfig(Config):
    """Of a model that is fitted to words of sequences of any length.

    Attributes
    ----------
    window_bp
        Bases that rows and windows have; the model itself reads any number.
    crop_bins
        None: the bin is the window.
    heads
        The one head, and its number of outputs.
    activation
        ``linear``: the decision of the machine, or the value that it predicts.
    task
        ``classify`` into 0 and 1, or ``regress``.
    word_bp
        Bases a word.
    both_strands
        Whether words of the reverse complement count as those of the sequence.
    """

    window_bp: Size = 600
    crop_bins: Literal[0] = 0
    heads: Heads = Field(default_factory=lambda: {"human": 1}, min_length=1, max_length=1)
    activation: Literal["linear"] = "linear"
    task: Literal["classify", "regress"] = "classify"
    word_bp: int = Field(ge=1, le=12)
    both_strands: bool = True

    @property
    def bin_bp(self) -> int:
        """Bases of the bin that is predicted."""
        return self.window_bp

    @model_validator(mode="after")
    def _check_window(self) -> "KmerConfig":
        if self.word_bp > self.window_bp:
            raise ValueError(f"word_bp {self.word_bp} is longer than window_bp {self.window_bp}")
        return self
