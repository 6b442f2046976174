"""Settings of a training run: the ``train`` section of an experiment file."""

from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from senformer.core.config import Config
from senformer.train.distill.config import DistillConfig
from senformer.train.finetune.config import FinetuneConfig


class FoldChoice(Config):
    """Which folds of the dataset are test and valid in this run; all others are train.

    Attributes
    ----------
    test, valid
        Folds by number or name, one or a list; None for none.
    """

    test: int | str | list[int | str] | None = None
    valid: int | str | list[int | str] | None = None


class StopChoice(Config):
    """When a run ends before its last step.

    Attributes
    ----------
    metric
        Key of validation that is watched.
    patience
        Validations without a new best after which the run ends.
    min_delta
        By how much a value must beat the best.
    """

    metric: str = "valid_pearson"
    patience: int = Field(default=8, gt=0)
    min_delta: float = Field(default=0.0, ge=0)


class TrainConfig(Config):
    """How a model is trained; the defaults are Enformer's where its recipe states them.

    Attributes
    ----------
    seed
        Seed of initial weights, order of windows, augmentation and dropout.
    steps
        Number of optimizer updates, over all organisms together.
    batch_size
        Windows per update, of every organism that takes part in it; of all processes together.
    accumulate
        Parts that a batch is computed in, one after another, for less memory.
    learning_rate, warmup_steps, schedule, schedule_options
        Rate after a linear warm-up; then as the schedule says (``SCHEDULES``), with its options by name.
    optimizer, optimizer_options
        Name of an optimizer (``OPTIMIZERS``), and its options by name.
    betas, eps
        Moment decays of Adam and AdamW, and denominator offset, of RMSprop too.
    weight_decay, decay_all
        Pull of the weights to zero: added to the gradient, or apart from it under ``adamw``; on biases and
        scales of norms only where ``decay_all``.
    layer_decay, rates
        Factor on the rate for every layer down from the heads, and factors by parameter names or patterns.
    max_norm
        Largest L2 norm of the weights of each output of a layer, which every update keeps; None for no limit.
    norm_momentum
        Weight of a batch in the running statistics of batch normalization; None takes the model's. Models
        from Keras have 0.01, which lags behind the weights in a run of a few hundred steps.
    clip_norm, clip
        Largest norm of the gradient, ``global`` or ``per_tensor``; None for no clipping.
    loss
        Name of a loss (``LOSSES``).
    loss_options
        Its options by name: ``total_weight`` of ``poisson_multinomial``, ``count_weight`` of
        ``multinomial_mse``, ``n_labels`` of ``labels_mse``.
    assay_weights
        Factor on the loss of every track of an assay; 1 for assays without one.
    track_weights
        Factors on the loss of tracks by names or patterns.
    example_weights
        Files of factors on the loss of windows or rows, by organism.
    organisms, organism_weights
        ``alternate``: an update is of one organism, in turns; ``joint``: of a batch of each together. Factors
        on the organisms' losses.
    ema, ema_warmup
        Share that an average of the weights keeps at every update; None for no average. Whether it begins
        with smaller shares.
    class_weights
        ``balanced`` weighs each track's positives by negatives / positives of its train labels.
    sampling
        ``balanced`` gives positive and negative windows in turn; ``uniform`` all alike.
    parallel
        How several processes hold the model: ``ddp``, each all of it; ``fsdp``, each a share of every
        parameter. No effect on results in fp32 but for rounding, and none in one process.
    precision, device
        ``auto`` takes bf16 where hardware multiplies it, and CUDA where there is one.
    deterministic
        Refuse operations whose result changes from run to run on a GPU; slower there.
    max_shift_bp, reverse_complement
        Augmentation: largest shift to either side in bp, and strand flips.
    folds
        Folds that are test and valid in this run; None takes the dataset's splits.
    window_bp, crop_bins
        Input window and bins cut off each side of its output; None takes the dataset's.
    checkpoint_every_steps, keep_checkpoints
        How often the state is saved, and how many of the newest are kept (plus the best).
    validate_every_steps, validate_windows
        How often, and on how many windows per organism, validation runs; None for never and for all.
    select
        Key of validation that says which weights are the best.
    stop
        When the run ends before its last step; None for never.
    export
        Which weights become ``model/``: ``best`` by validation or ``last``; None takes the best where
        there was a validation.
    finetune
        The model whose weights training begins at, and what becomes of them; None draws all weights.
    distill
        The model whose predictions are the targets; None takes those of the dataset.
    workers
        Processes that read batches ahead; 0 reads in the training process. No effect on results.
    threads
        Threads of one CPU operation; None leaves the process as it is.
    log_every_steps
        How often the curve is written out and progress is told.
    max_minutes
        Longest training time in minutes, summed over resumed parts; None for no limit. The run then
        ends as a finished one, at whatever step it is.
    """

    seed: int = 1
    steps: int = Field(gt=0)
    batch_size: int = Field(default=4, gt=0)
    accumulate: int = Field(default=1, gt=0)
    learning_rate: float = Field(default=5e-4, gt=0)
    warmup_steps: int = Field(default=500, ge=0)
    schedule: str = "constant"
    schedule_options: dict[str, float | int | str] = Field(default_factory=dict)
    optimizer: str = "adam"
    optimizer_options: dict[str, bool | float | str] = Field(default_factory=dict)
    weight_decay: float = Field(default=0.0, ge=0)
    decay_all: bool = False
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    rates: dict[str, NonNegativeFloat] = Field(default_factory=dict)
    max_norm: float | None = Field(default=None, gt=0)
    norm_momentum: float | None = Field(default=None, gt=0, le=1)
    clip_norm: float | None = Field(default=0.2, gt=0)
    clip: Literal["global", "per_tensor"] = "global"
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = Field(default=1e-8, gt=0)
    loss: str = "poisson"
    loss_options: dict[str, float] = Field(default_factory=dict)
    assay_weights: dict[str, PositiveFloat] = Field(default_factory=dict)
    track_weights: dict[str, NonNegativeFloat] = Field(default_factory=dict)
    example_weights: dict[str, str] = Field(default_factory=dict)
    organisms: Literal["alternate", "joint"] = "alternate"
    organism_weights: dict[str, PositiveFloat] = Field(default_factory=dict)
    ema: float | None = Field(default=None, gt=0, lt=1)
    ema_warmup: bool = False
    class_weights: Literal["none", "balanced"] = "none"
    sampling: Literal["uniform", "balanced"] = "uniform"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: str = "auto"
    parallel: Literal["ddp", "fsdp"] = "ddp"
    deterministic: bool = False
    max_shift_bp: int = Field(default=3, ge=0)
    reverse_complement: bool = True
    folds: FoldChoice | None = None
    window_bp: int | None = Field(default=None, gt=0)
    crop_bins: int | None = Field(default=None, ge=0)
    checkpoint_every_steps: int = Field(default=500, gt=0)
    keep_checkpoints: int = Field(default=2, gt=0)
    validate_every_steps: int | None = Field(default=None, gt=0)
    validate_windows: int | None = Field(default=None, gt=0)
    select: str = "valid_pearson"
    stop: StopChoice | None = None
    export: Literal["best", "last"] | None = None
    finetune: FinetuneConfig | None = None
    distill: DistillConfig | None = None
    workers: int = Field(default=0, ge=0)
    threads: int | None = Field(default=None, gt=0)
    log_every_steps: int = Field(default=20, gt=0)
    max_minutes: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> "TrainConfig":
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas are {self.betas}, each must lie in [0, 1)")
        if self.export == "best" and self.validate_every_steps is None:
            raise ValueError("export: best needs validate_every_steps")
        if self.batch_size % self.accumulate:
            raise ValueError(
                f"batch_size {self.batch_size} cannot be computed in {self.accumulate} equal parts"
            )
        return self
