"""A model as the list of its steps, in the order that they run: what the tables of papers say."""

from collections.abc import Iterator
from itertools import groupby

from torch import nn

from senformer.model.blocks.batch_norm import BatchNorm
from senformer.model.blocks.bigru import BiGru
from senformer.model.blocks.bilstm import BiLstm
from senformer.model.blocks.conv import Conv
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.drop import Drop, SharedDrop
from senformer.model.blocks.encoder_layer import EncoderLayer
from senformer.model.blocks.feature_bank import FeatureBank
from senformer.model.blocks.flatten import Flatten
from senformer.model.blocks.gelu import Gelu
from senformer.model.blocks.global_pool import GlobalPool
from senformer.model.blocks.max_pool import MaxPool
from senformer.model.blocks.overlap_pool import OverlapPool
from senformer.model.blocks.position_attention import PositionAttention
from senformer.model.blocks.unknown import Unknown


def steps(model: nn.Module) -> str:
    """Return the steps of a model, its heads last, with commas; equal neighbors in a list are counted."""
    parts = dict(model.named_children())
    order = [name for name in ("branches", "layers", "final", "heads") if name in parts]
    assert sorted(order) == sorted(parts)
    return ", ".join(text for name in order for text in _steps(parts[name]))


def norms(model: nn.Module) -> set[tuple[float, float]]:
    """Return epsilon and momentum, the weight of a new batch, of every batch norm."""
    return {(layer.eps, layer.momentum) for layer in model.modules() if isinstance(layer, BatchNorm)}


def _steps(part: nn.Module) -> Iterator[str]:
    """Yield the steps of a part; a dropout of rate 0 is none."""
    if isinstance(part, Drop) and part.rate == 0:
        return
    token = _token(part)
    if token is not None:
        yield token
    elif isinstance(part, nn.ModuleList | nn.ModuleDict):
        for text, equal in groupby(", ".join(_steps(child)) for child in part.children()):
            n = len(list(equal))
            yield text if n == 1 else f"{n} * [{text}]"
    elif isinstance(part, nn.Sequential) and type(part).__name__ in _PLAIN:
        for child in part:
            yield from _steps(child)
    else:
        inside = [text for child in part.children() for text in _steps(child)]
        yield f"{type(part).__name__}({', '.join(inside)})" if inside else type(part).__name__


_PLAIN = ("Sequential", "ConvBlock", "DenseBlock")


def _token(part: nn.Module) -> str | None:
    """Return one step, or None of what holds others."""
    match part:
        case Conv():
            dilation = "" if part.dilation == 1 else f" by {part.dilation}"
            n_out, _, width = part.weight.shape
            same = " same" if part.padding == "same" and width > 1 else ""
            return f"conv {n_out}x{width}{dilation}{same}" + _bare(part)
        case Dense():
            return f"dense {len(part.weight)}" + _bare(part)
        case SharedDrop():
            return f"shared drop {part.rate:g}"
        case Drop():
            return f"drop {part.rate:g}"
        case MaxPool():
            return f"max {part.size}" + (" up" if part.is_ceiled else "")
        case OverlapPool():
            return f"max {part.size}/{part.stride}"
        case GlobalPool():
            return f"all {part.pooling}"
        case BiLstm():
            return f"lstm {part.hidden}"
        case BiGru():
            return f"gru {part.hidden}"
        case Unknown():
            return f"pad {part.margin}"
        case EncoderLayer():
            return f"encoder {part.n_heads}, {len(part.first.weight)}, drop {part.drop.rate:g}"
    plain: dict[type[nn.Module], str] = {
        nn.ReLU: "relu",
        Gelu: "gelu",
        BatchNorm: "norm",
        Flatten: "flat",
        PositionAttention: "attend",
        FeatureBank: "bank",
    }
    return plain.get(type(part))


def _bare(part: Conv | Dense) -> str:
    return "" if part.bias is not None else " bare"
