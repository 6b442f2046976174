"""Settings of fine-tuning: the ``finetune`` key of the ``train`` section."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from senformer.core.config import Config
from senformer.model.adapters.config import AdaptersConfig

# One name or pattern, or several.
Parts = Annotated[str, Field(min_length=1)] | Annotated[list[str], Field(min_length=1)]


class StageConfig(Config):
    """What trains from a step on, besides what earlier stages train.

    Attributes
    ----------
    from_step
        Updates done before it begins.
    train
        As in :class:`FinetuneConfig`.
    """

    from_step: int = Field(ge=0)
    train: Parts


class FinetuneConfig(Config):
    """Where the weights come from and what becomes of them.

    Attributes
    ----------
    source
        ``from`` in the file: a finished run, or a model folder, a converted one for instance.
    heads
        ``keep`` those of organisms that the source has under the same name, which must then have the same
        tracks; ``new`` draws all of them.
    train
        What trains, all else is frozen: ``all``, or names of parameters or of what holds them, with ``*``
        and ``?`` (``heads``, ``transformer.10``, ``*.norm.*``). By default ``all``; with adapters these and
        the heads. A weight that has an adapter is frozen in any case.
    stages
        Instead of ``train``: what trains from which step on.
    frozen_norms
        Whether batch normalization keeps the running statistics as they are and normalizes by them: true,
        everywhere; false, nowhere; by default where the norm's own scale and bias are frozen.
    keep_gib
        Main memory for what frozen layers before the transformer give, in GiB: kept by sequence, so that each
        sequence goes through them once. By default they run in every step. With ``max_shift_bp: 0`` a window
        has two sequences, one a strand; every shift has more. Of several processes each has as much.
    adapters
        Low-rank additions to weights, merged into them in the finished model; ``adapters.NAME`` in ``train``.
    """

    source: str = Field(alias="from", min_length=1)
    heads: Literal["keep", "new"] = "keep"
    train: Parts | None = None
    stages: list[StageConfig] = Field(default_factory=list)
    frozen_norms: bool | None = None
    keep_gib: float | None = Field(default=None, gt=0)
    adapters: AdaptersConfig | None = None

    @model_validator(mode="after")
    def _check(self) -> "FinetuneConfig":
        if self.stages and self.train is not None:
            raise ValueError("train and stages are both given; put what trains first into the first stage")
        steps = [stage.from_step for stage in self.stages]
        if steps and (steps[0] != 0 or sorted(set(steps)) != steps):
            raise ValueError(f"stages begin at the steps {steps}; the first begins at 0, each next one later")
        return self
