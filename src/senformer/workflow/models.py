"""What the zoo holds, as plain facts."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from senformer.core.tables import choose
from senformer.model import create_model
from senformer.model.sequence_model import SequenceModel
from senformer.model.trunk_model import TrunkModel
from senformer.model.zoo import MODELS


def list_models() -> list[dict[str, Any]]:
    """Return of every model its name, summary, inputs, outputs, number of parameters, trainer and source."""
    return [_row(name) for name in MODELS]


def _row(name: str) -> dict[str, Any]:
    model, kind = _published(name), MODELS[name]
    n_bins = _n_bins(model)
    return {
        "name": name,
        "summary": kind.summary,
        "inputs": list(model.inputs),
        "window_bp": model.window_bp,
        "bins": n_bins,
        "bin_bp": model.bin_bp,
        "outputs": dict(model.config.heads),
        "parameters": model.card.parameters,
        "trainer": kind.trainer,
        "source": kind.source,
    }


def describe_model(name: str) -> dict[str, Any]:
    """Return all about a model: inputs, outputs, layers, recipe, variants, deviations, configuration."""
    kind = choose(MODELS, name, "model")
    model = _published(name)
    n_bins = _n_bins(model)
    return {
        "name": name,
        "summary": kind.summary,
        "source": kind.source,
        "interpretation": kind.interpretation,
        "input": _input_text(model),
        "output": {head: f"(batch, {n_bins}, {n_tracks})" for head, n_tracks in model.config.heads.items()},
        "parameters": model.card.parameters,
        "layers": layer_table(model),
        "recipe": kind.recipe,
        "variants": kind.variants,
        "variant_recipes": kind.variant_recipes,
        "deviations": list(kind.deviations),
        "config": model.config.model_dump(mode="json"),
    }


def _input_text(model: SequenceModel) -> str:
    """Return what the model reads, and in which shape."""
    texts = dict(model.inputs)
    if "sequence" in texts:
        texts["sequence"] = f"(batch, {model.window_bp}) codes, or (batch, 4, {model.window_bp}) one-hot"
    if list(texts) == ["sequence"]:
        return texts["sequence"]
    return "; ".join(f"{name}: {text}" for name, text in texts.items())


def _published(name: str) -> SequenceModel:
    with torch.device("meta"):
        return create_model(name).eval()


def _n_bins(model: SequenceModel) -> int:
    return model.window_bp // model.bin_bp - 2 * model.crop_bins


def layer_table(model: SequenceModel) -> list[dict[str, Any]]:
    """Return each layer of a model without memory: name, kind, parameters, and shape (position, channel).

    The shape is that of what comes out of one window.
    """
    shapes: dict[str, list[int]] = {}
    hooks = []
    for name, layer in _layers(model):

        def keep(module: nn.Module, given: Any, out: Any, name: str = name) -> None:
            shapes[name] = list((out if isinstance(out, Tensor) else out[0]).shape[1:])

        hooks.append(layer.register_forward_hook(keep))
    if isinstance(model, TrunkModel):
        # Otherwise stem and tower would be told by what comes out of one tile.
        model.recompute = "never"
    with torch.enable_grad():
        model(model.example())
    for hook in hooks:
        hook.remove()
    return [
        {
            "layer": name,
            "kind": type(layer).__name__,
            "parameters": sum(parameter.numel() for parameter in layer.parameters()),
            "shape": shapes[name],
        }
        for name, layer in _layers(model)
    ]


def _layers(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield the parts of a model; of lists, what they hold."""
    for name, part in model.named_children():
        if isinstance(part, nn.ModuleList | nn.Sequential | nn.ModuleDict):
            yield from ((f"{name}.{key}", layer) for key, layer in part.named_children())
        else:
            yield name, part
