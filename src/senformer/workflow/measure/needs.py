"""About how much memory a whole-model case takes, so that what cannot fit is not begun."""

import json
from functools import lru_cache

from senformer.model.create import model_config
from senformer.model.network import Enformer
from senformer.model.sequence_model import SequenceModel
from senformer.workflow.measure.case import Case
from senformer.workflow.measure.cases import python_bytes
from senformer.workflow.plan.memory import Shape, peak_bytes, predict_bytes, train_bytes
from senformer.workflow.plan.parameters import count_parameters, empty_model

# enformer-pytorch, measured at its published size: bytes a base and channel of the stem, and matrices of
# (head, bin, bin); a training step keeps the matrices of every layer.
_PEER_FORWARD, _PEER_STEP = 18, 100
_PEER_MATRICES, _PEER_MATRICES_A_LAYER = 8, 4


@lru_cache(maxsize=8)
def _empty_model(name: str, overrides: str, is_frozen: bool) -> SequenceModel:
    return empty_model(name, model_config(name, json.loads(overrides)), is_frozen)


def _model(case: Case) -> SequenceModel:
    overrides = json.dumps(case.options["overrides"], sort_keys=True)
    return _empty_model(case.options["model"], overrides, case.options.get("batch_norm") == "frozen")


def _roughly(case: Case, model: SequenceModel, trains: bool) -> int:
    """Return the need of a model that there are no formulas for: weights, and activations of the stem."""
    copies, activations = (4, 6) if trains else (1, 1)
    weights = 4 * copies * sum(count_parameters(model).values())
    return weights + 4 * activations * case.length_bp * model.stem.conv.n_out


def _of_peer(case: Case, shape: Shape, trains: bool) -> int:
    config = shape.config
    matrix = 4 * config.n_heads * case.options["n_bins"] ** 2
    matrices = config.n_layers * _PEER_MATRICES_A_LAYER if trains else _PEER_MATRICES
    base = case.length_bp * config.channels // 2 * (_PEER_STEP if trains else _PEER_FORWARD)
    return (4 if trains else 1) * shape.weights + base + matrices * matrix


def _needed(case: Case, trains: bool) -> int:
    model = _model(case)
    if not isinstance(model, Enformer):
        return python_bytes(case.device) + _roughly(case, model, trains)
    device, head = case.device.split(":")[0], case.options["head"]
    shape = Shape(model, case.options["n_bins"], dtype=case.dtype, device=device, head=head)
    if case.program == "peer":
        return python_bytes(case.device) + _of_peer(case, shape, trains)
    return python_bytes(case.device) + peak_bytes((train_bytes if trains else predict_bytes)(shape))


def forward_bytes(case: Case) -> int:
    """Return what a prediction takes."""
    return _needed(case, trains=False)


def step_bytes(case: Case) -> int:
    """Return what a training step takes."""
    return _needed(case, trains=True)
