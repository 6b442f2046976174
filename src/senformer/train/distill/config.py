"""Settings of distillation: the ``distill`` key of the ``train`` section."""

from senformer.core.config import Config


class DistillConfig(Config):
    """Whose predictions are the targets.

    Attributes
    ----------
    teacher
        A finished run, or a model folder; None takes that of ``finetune.from``.
    """

    teacher: str | None = None
