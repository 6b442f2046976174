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


def _roughly(case: Case, model: SequenceModel, copies: int, activations: int) -> int:
    """Return the need of a model that there are no formulas for: weights, and activations of the stem."""
    weights = 4 * copies * sum(count_parameters(model).values())
    return weights + 4 * activations * case.length_bp * model.stem.conv.weight.shape[0]


def _shape(case: Case, model: Enformer) -> Shape:
    return Shape(
        model,
        case.options["n_bins"],
        dtype=case.dtype,
        device=case.device.split(":")[0],
        head=case.options["head"],
    )


def forward_bytes(case: Case) -> int:
    """Return what a prediction takes."""
    model = _model(case)
    if not isinstance(model, Enformer):
        return python_bytes(case.device) + _roughly(case, model, 1, 1)
    shape = _shape(case, model)
    if case.program == "peer":
        base = case.length_bp * shape.config.channels // 2 * _PEER_FORWARD
        matrices = 4 * shape.config.n_heads * case.options["n_bins"] ** 2 * _PEER_MATRICES
        return python_bytes(case.device) + shape.weights + base + matrices
    return python_bytes(case.device) + peak_bytes(predict_bytes(shape))


def step_bytes(case: Case) -> int:
    """Return what a training step takes."""
    model = _model(case)
    if not isinstance(model, Enformer):
        return python_bytes(case.device) + _roughly(case, model, 4, 6)
    shape = _shape(case, model)
    if case.program == "peer":
        base = case.length_bp * shape.config.channels // 2 * _PEER_STEP
        layers = (
            4
            * shape.config.n_heads
            * case.options["n_bins"] ** 2
            * shape.config.n_layers
            * _PEER_MATRICES_A_LAYER
        )
        return python_bytes(case.device) + 4 * shape.weights + base + layers
    return python_bytes(case.device) + peak_bytes(train_bytes(shape))
