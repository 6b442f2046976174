"""What every reader of published weights returns: a model's name, sizes, tensors and origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from senformer.core.commit import sha256


@dataclass(frozen=True)
class Foreign:
    """Weights of another program in our form.

    Attributes
    ----------
    model
        The row of ``MODELS`` that they belong to.
    overrides
        Keys of that model's configuration, as :func:`senformer.create_model` takes them; whatever the
        tensors' shapes tell, and no more.
    tensors
        By our names, in our layout; every one of the model's ``state_dict``. Contiguous and writable, in
        memory or mapped.
    provenance
        For the card: ``format``, ``files`` (:func:`describe_files`) and what else the source says.
    kept_bins
        Bins that the source keeps of any window, where it crops to a length rather than by one.
    card
        Fields of the card that the source knows, for instance ``heads`` (the tracks) or ``licence``.
    """

    model: str
    overrides: dict[str, Any]
    tensors: Mapping[str, Tensor]
    provenance: dict[str, Any] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    kept_bins: int | None = None


@runtime_checkable
class Source(Protocol):
    """What a module of this folder offers; its name is its key in ``SOURCES``."""

    def matches(self, path: Path) -> bool:
        """Say whether ``path`` looks like this format; cheap, and never raises."""

    def read(self, path: Path) -> Foreign:
        """Read it; whatever is wrong there is a DataError or MissingInputError that names it."""


def one_line(fault: Exception) -> str:
    """Return what another library says of a fault as one line of at most 200 characters."""
    return " ".join(str(fault).split())[:200]


def describe_files(paths: list[Path]) -> list[dict[str, Any]]:
    """Return name, bytes and SHA-256 of source files; names alone, for folders differ by machine."""
    return [{"name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)} for path in paths]
