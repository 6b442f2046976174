"""Our own model folders: to give their weights another window, attention or place; in ``SOURCES``."""

from pathlib import Path
from typing import Any

from senformer.model.folder import CARD, CONFIG, WEIGHTS, read_folder
from senformer.model.weights.foreign import Foreign, describe_files
from senformer.model.weights.translate import sound

_RUN = "model"
# What a card says of the weights themselves, whatever window they are used for.
_KEPT = ("strand_rule", "strands", "heads", "units", "training", "licence")


def _folder(path: Path) -> Path:
    return path / _RUN if (path / _RUN / CARD).is_file() else path


def matches(path: Path) -> bool:
    """Say whether ``path`` is a model folder or a run of ``train`` that holds one."""
    return (_folder(path) / CARD).is_file()


def read(path: Path) -> Foreign:
    """Read a saved model; raises as :func:`senformer.load_model`, and where a tensor is no sound number."""
    folder = _folder(path)
    saved = read_folder(folder)
    for name, tensor in saved.tensors.items():
        # Codes of support vectors and features of trees are integers.
        if tensor.is_floating_point():
            sound(tensor, name, str(folder / WEIGHTS), name)
    files = [folder / name for name in (CONFIG, WEIGHTS, CARD)]
    provenance: dict[str, Any] = {"format": "senformer", "files": describe_files(files)}
    if saved.card.source:
        provenance["source"] = saved.card.source
    card = {key: getattr(saved.card, key) for key in _KEPT}
    return Foreign(saved.name, saved.config, saved.tensors, provenance, card)
