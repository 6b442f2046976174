"""Settings of fine-tuning: the ``finetune`` key of the ``train`` section."""

from typing import Literal

from pydantic import Field

from senformer.core.config import Config


class FinetuneConfig(Config):
    """Where the weights come from and what becomes of them.

    Attributes
    ----------
    source
        ``from`` in the file: a finished run, or a model folder, a converted one for instance.
    heads
        ``keep`` those of organisms that the source has under the same name, which must then have the same
        tracks; ``new`` draws all of them.
    """

    source: str = Field(alias="from", min_length=1)
    heads: Literal["keep", "new"] = "keep"
