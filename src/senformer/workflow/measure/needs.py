"""About how much memory a whole-model case takes, so that what cannot fit is not begun."""

from typing import Any

from senformer.model.create import model_config
from senformer.workflow.measure.case import Case
from senformer.workflow.measure.cases import python_bytes
from senformer.workflow.plan import memory

# enformer-pytorch, measured at its published size: bytes a base and channel of the stem, and matrices of
# (head, bin, bin); a training step keeps the matrices of every layer.
_PEER_FORWARD, _PEER_STEP = 18, 100
_PEER_MATRICES, _PEER_MATRICES_A_LAYER = 8, 4


def _config(case: Case) -> Any:
    return model_config(case.options["model"], case.options["overrides"])


def forward_bytes(case: Case) -> int:
    """Return what a prediction takes."""
    config = _config(case)
    if case.program == "peer":
        base = case.length_bp * config.channels // 2 * _PEER_FORWARD
        matrices = 4 * config.n_heads * case.options["n_bins"] ** 2 * _PEER_MATRICES
        return (
            python_bytes(case.device)
            + memory.parameter_bytes(case.options["model"], config)
            + base
            + matrices
        )
    return python_bytes(case.device) + memory.forward_bytes(
        case.options["model"], config, case.options["n_bins"], case.dtype
    )


def step_bytes(case: Case) -> int:
    """Return what a training step takes."""
    config = _config(case)
    if case.program == "peer":
        base = case.length_bp * config.channels // 2 * _PEER_STEP
        layers = 4 * config.n_heads * case.options["n_bins"] ** 2 * config.n_layers * _PEER_MATRICES_A_LAYER
        return (
            python_bytes(case.device)
            + 4 * memory.parameter_bytes(case.options["model"], config)
            + base
            + layers
        )
    is_frozen = case.options["batch_norm"] == "frozen"
    return python_bytes(case.device) + memory.step_bytes(
        case.options["model"], config, case.options["n_bins"], case.dtype, is_frozen
    )
