"""The golden model of enformer-pytorch, as the package would save it."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "enformer_pytorch.npz"
# The window that its positions were made for.
BASIS_BP = 640
_REAL = {"1": "stem", "2": "conv_tower", "4": "transformer", "6": "final_pointwise"}


def golden() -> dict[str, np.ndarray]:
    return dict(np.load(GOLDEN))


def golden_state() -> dict[str, Tensor]:
    """Return every key of the package's state_dict; aliases share their tensor's memory."""
    stored = golden()
    state: dict[str, Tensor] = {}
    for key in json.loads(str(stored["keys"])):
        alias = re.fullmatch(r"_trunk\.([1246])\.(.+)", key)
        real = f"{_REAL[alias[1]]}.{alias[2]}" if alias else key
        state[key] = state[real] if real in state else torch.from_numpy(stored[f"state/{real}"])
    return state


def real_keys(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in state.items() if not key.startswith("_trunk.")}


def golden_config() -> dict[str, Any]:
    return json.loads(str(golden()["config"]))


def write_folder(folder: Path, state: dict[str, Tensor] | None = None, **changes: Any) -> Path:
    """Write ``pytorch_model.bin`` and ``config.json`` as Hugging Face's libraries do."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(golden_state() if state is None else state, folder / "pytorch_model.bin")
    (folder / "config.json").write_text(json.dumps(golden_config() | changes))
    return folder
