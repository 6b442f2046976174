"""How much memory a prediction and a training step take, from what the model's code keeps.

Terms name the tensors that they stand for. Sizes of tiles, and from where on layers run again for the
gradient, are the model's own constants. Everything is beyond an idle process with torch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import nn

from senformer.model.attention.tiles.plan import TILE_ELEMENTS
from senformer.model.config import EnformerConfig
from senformer.model.convolution import Convolution
from senformer.model.network import Enformer
from senformer.model.positions.table import WHOLE_BINS
from senformer.model.tiling.chunks import HALO_BINS, TILE_BINS
from senformer.model.tiling.rule import is_large, kept_bytes
from senformer.model.tiling.stage import stages, tile_bytes
from senformer.model.transformer import runs_again
from senformer.model.winograd import transformed_bytes
from senformer.workflow.plan.parameters import count_parameters

_FLOAT, _HALF = 4, 2
# Buffers of the libraries, in each direction, measured; and copies of a stage's weights (with the gain put
# in, in the library's order).
_LIBRARIES = {"cpu": 150_000_000, "cuda": 100_000_000}
_WEIGHT_COPIES = 2
# Copies of a tile's widest activation that exist at once, without and with gradients.
_TILE_COPIES, _TILE_COPIES_TRAINED = 6, 12
# What a layer holds at its peak beside the stream, as multiples of it: in the feed-forward layer the norm,
# the hidden layer twice; in attention queries, keys, values, output and their copies.
_LAYER_COPIES = 7
# What a layer really keeps for its gradient, as multiples of the stream: with dropout's factors and the
# relative keys a little more than the rule for recomputing supposes.
_LAYER_KEPT = 15
# Arrays of the prediction's size: logits and rates; in training the loss' terms and their gradients too, with
# what the heap cannot use again between them: fitted to steps of 98 to 393 kb.
_OUTPUT_COPIES, _OUTPUT_COPIES_TRAINED = 2, 30
# Arrays of the embedding's size (twice the channels) in the final pointwise layer.
_FINAL_COPIES, _FINAL_COPIES_TRAINED = 3, 6


@dataclass(frozen=True)
class Shape:
    """A model and a batch of windows, and the sizes that memory follows from.

    Attributes
    ----------
    model
        Without values; its norms are in evaluation where they keep their statistics in training.
    n_bins
        Of a window.
    batch
        Windows at once.
    dtype
        ``fp32`` or ``bf16``.
    device
        ``cpu`` or ``cuda``.
    head
        The one that is predicted and trained; by default the first.
    """

    model: Enformer
    n_bins: int
    batch: int = 1
    dtype: str = "fp32"
    device: str = "cpu"
    head: str | None = None

    @property
    def config(self) -> EnformerConfig:
        """The model's sizes."""
        return self.model.config

    @cached_property
    def parameters(self) -> dict[str, int]:
        """Trained values of each part."""
        return count_parameters(self.model)

    @property
    def weights(self) -> int:
        """Bytes of all weights."""
        return _FLOAT * sum(self.parameters.values())

    @property
    def trained(self) -> int:
        """Bytes of the weights that one head's step changes."""
        others = sum(n for head, n in self.config.heads.items() if head != self._head)
        return self.weights - _FLOAT * others * (2 * self.config.channels + 1)

    @property
    def _head(self) -> str:
        return self.head or next(iter(self.config.heads))

    @property
    def stream(self) -> int:
        """Bytes of what passes from layer to layer."""
        return _FLOAT * self.batch * self.n_bins * self.config.channels

    @property
    def layers_run_again(self) -> bool:
        """Whether layers keep their input alone for the gradient."""
        n_layers = self.config.n_layers
        return runs_again(n_layers, self.stream // _FLOAT, _FLOAT, self.model.recompute)

    @property
    def kept_bins(self) -> int:
        """Bins that the crop leaves, of all windows."""
        return self.batch * (self.n_bins - 2 * self.config.crop_bins)

    @property
    def output(self) -> int:
        """Bytes of the prediction."""
        return _FLOAT * self.kept_bins * self.config.heads[self._head]

    @property
    def embedding(self) -> int:
        """Bytes of the trunk's output."""
        return _FLOAT * self.kept_bins * 2 * self.config.channels

    @property
    def tile(self) -> int:
        """Bytes of the widest activation in a tile of stem and tower."""
        widest = self.n_bins * self.config.bin_bp * self.config.channels // 2 * _FLOAT * self.batch
        return min(widest, tile_bytes(torch.device(self.device)))

    @property
    def libraries(self) -> int:
        """Bytes of the libraries' buffers in one direction."""
        return _LIBRARIES.get(self.device, 0)

    @property
    def scratch(self) -> int:
        """Bytes of the libraries' buffers and of copies of the largest weight."""
        largest = max((value.numel() for value in self.model.tower.parameters()), default=0)
        return self.libraries + _WEIGHT_COPIES * _FLOAT * largest

    @property
    def transforms(self) -> int:
        """Bytes of the tower's weights as Winograd's method holds them in a prediction."""
        if self.device != "cpu" or self.dtype != "fp32":
            return 0
        layers = (layer for layer in self.model.tower.modules() if isinstance(layer, Convolution))
        return sum(transformed_bytes(layer.n_in, layer.n_out, layer.width) for layer in layers)

    @property
    def attention_tile(self) -> int:
        """Bytes of the logits of one tile of attention."""
        pairs = self.config.n_heads * self.batch * self.n_bins**2
        return _FLOAT * min(pairs, TILE_ELEMENTS.get(self.device, TILE_ELEMENTS["cpu"]))

    @property
    def relative(self) -> int:
        """Bytes of the relative keys of one layer and of the features that they come from."""
        if self.config.attention.kind == "linear":
            return 0
        config = self.config
        return _FLOAT * 2 * self.n_bins * (config.n_heads * config.key_size + config.n_position_features)

    def stage_outputs(self) -> list[int]:
        """Return the bytes of each stage's output, stem and tower, in order."""
        rows, found = self.batch * self.n_bins * self.config.bin_bp, []
        for stage in stages(self.model.stem, self.model.tower):
            rows //= stage.ratio
            found.append(_FLOAT * rows * _width_out(stage))
        return found


def _width_out(stage: nn.Module) -> int:
    """Return the channels that a stage returns: those of its last matrix's rows."""
    weights = [value for value in stage.parameters() if value.ndim > 1]
    return weights[-1].shape[0]


def predict_bytes(shape: Shape) -> dict[str, int]:
    """Return what a prediction takes, as named parts that add up to the peak.

    ``weights``; ``halves``, their copies that autocast keeps; ``working``, the largest of what stem and
    tower, a layer, and the head hold at their peaks.
    """
    halves = 0
    if shape.dtype != "fp32":
        parts = shape.parameters
        halves = _HALF * (parts["transformer"] + parts["pointwise"])
    working = max(_predict_phases(shape)) + shape.scratch
    return {"weights": shape.weights, "halves": halves, "working": working}


def _predict_phases(shape: Shape) -> Iterator[int]:
    chunk_bins = min(shape.n_bins, TILE_BINS + 2 * HALO_BINS)
    chunk = chunk_bins * shape.config.bin_bp // 4 * shape.config.channels // 2 * _FLOAT
    yield shape.stream + 2 * chunk + _TILE_COPIES * shape.tile + shape.transforms
    relative = shape.relative if shape.n_bins <= WHOLE_BINS else 0
    yield (1 + _LAYER_COPIES) * shape.stream + relative + 4 * shape.attention_tile
    yield shape.stream + _FINAL_COPIES * shape.embedding
    yield shape.embedding + _OUTPUT_COPIES * shape.output


def train_bytes(shape: Shape) -> dict[str, int]:
    """Return what a training step takes, as named parts that add up to the peak.

    ``weights``, ``gradients`` and ``moments`` (Adam's two); ``kept``, what the forward pass leaves for the
    gradient; ``working``, the largest of what the loss, a layer or a stage needs beside it.
    """
    held = {"weights": shape.weights, "gradients": shape.trained, "moments": 2 * shape.trained}
    peaks = [(kept + working - missing, kept, working - missing) for kept, working, missing in _phases(shape)]
    _, kept, working = max(peaks)
    return {**held, "kept": kept, "working": working + shape.scratch + shape.libraries}


def _phases(shape: Shape) -> Iterator[tuple[int, int, int]]:
    """Yield what is kept, what works beside it, and what of the gradients is not there yet."""
    tower = _tower_kept(shape)
    layer, n_layers = _layer_kept(shape), shape.config.n_layers
    kept = sum(tower) + n_layers * layer + shape.relative
    top = _FINAL_COPIES_TRAINED * shape.embedding + _OUTPUT_COPIES_TRAINED * shape.output
    # The gradients of the step before are freed in small pieces, which these arrays do not fit into.
    yield kept, top, 0
    parts = shape.parameters
    below = _FLOAT * (parts["stem"] + parts["tower"])
    one = _LAYER_KEPT * shape.stream + 3 * shape.relative + 8 * shape.attention_tile
    again = one if shape.layers_run_again else 0
    yield kept, again + 2 * shape.stream, below
    yield from _tower_phases(shape, tower, below)


def _layer_kept(shape: Shape) -> int:
    """Return what a layer keeps: its input, or all its activations where they are small."""
    return shape.stream if shape.layers_run_again else _LAYER_KEPT * shape.stream


def _is_recomputed(shape: Shape) -> bool:
    model = shape.model
    n_positions = shape.batch * shape.n_bins * shape.config.bin_bp
    return is_large(model.recompute, model.stem, model.tower, n_positions, _FLOAT)


def _tower_kept(shape: Shape) -> list[int]:
    """Return what stem and tower keep, stage by stage: outputs, or all activations where they are small."""
    if _is_recomputed(shape):
        return shape.stage_outputs()
    n_positions = shape.batch * shape.n_bins * shape.config.bin_bp
    return [kept_bytes(shape.model.stem, shape.model.tower, n_positions, _FLOAT)]


def _tower_phases(shape: Shape, kept: list[int], below: int) -> Iterator[tuple[int, int, int]]:
    """Yield each stage's way back: its output's gradient, its input's, and its tiles."""
    if len(kept) == 1:
        yield sum(kept), 0, below
        return
    tiles = _TILE_COPIES_TRAINED * shape.tile
    inputs = [0, *kept[:-1]]
    for done, (size_in, size_out) in enumerate(zip(inputs, kept, strict=True), 1):
        yield sum(kept[:done]), size_in + size_out + tiles, int(below * (done / len(kept)))


def peak_bytes(parts: dict[str, int]) -> int:
    """Return the sum of the parts."""
    return sum(parts.values())
