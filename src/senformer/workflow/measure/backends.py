"""Which backends a kind of attention is measured with."""

from collections.abc import Sequence

from torch import nn

from senformer.model.attention.relative import set_backend
from senformer.workflow.measure.case import Case, Settings

# Where there is nothing to choose from.
ONLY = "torch"


def backends_of(kind: str, settings: Settings) -> Sequence[str]:
    """Return the backends to measure a kind with; linear attention has none to choose from."""
    return (ONLY,) if kind == "linear" else settings.backends


def choose_backend(model: nn.Module, case: Case) -> None:
    """Let every layer of a model be computed as the case says."""
    if case.backend != ONLY:
        set_backend(model, case.backend)
