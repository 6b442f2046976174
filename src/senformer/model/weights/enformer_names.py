"""What each layer of Enformer is called by us, by its Sonnet original and by enformer-pytorch.

``{n}`` is a block of the tower, ``{t}`` one of the transformer, ``{head}`` a head. Layouts are written as
in einsum, theirs before ours: ``wio>oiw``; an axis ``1`` has one element and is dropped.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Layer(NamedTuple):
    """One layer: our name, its kind, and its two other names."""

    ours: str
    kind: str
    sonnet: str
    pytorch: str


class Leaf(NamedTuple):
    """One tensor of a kind of layer: our name, theirs, and how the axes move."""

    ours: str
    theirs: str
    layout: str


_SONNET_STEM, _SONNET_TOWER = "_trunk/_layers/0/_layers", "_trunk/_layers/1/_layers/{n}/_layers"
_SONNET_BLOCK, _SONNET_FINAL = "_trunk/_layers/2/_layers/{t}/_layers", "_trunk/_layers/4/_layers/0/_layers"
_SONNET_MHA, _SONNET_MLP = f"{_SONNET_BLOCK}/0/_module/_layers", f"{_SONNET_BLOCK}/1/_module/_layers"
_MHA, _MLP = "transformer.{t}.0.fn", "transformer.{t}.1.fn"

LAYERS = (
    Layer("stem.conv", "conv", f"{_SONNET_STEM}/0", "stem.0"),
    Layer("stem.residual.norm", "norm", f"{_SONNET_STEM}/1/_module/_layers/0", "stem.1.fn.0"),
    Layer("stem.residual.linear", "pointwise", f"{_SONNET_STEM}/1/_module/_layers/2", "stem.1.fn.2"),
    Layer("stem.pool", "pool", f"{_SONNET_STEM}/2/_logit_linear", "stem.2.to_attn_logits"),
    Layer("tower.{n}.norm", "norm", f"{_SONNET_TOWER}/0/_layers/0", "conv_tower.{n}.0.0"),
    Layer("tower.{n}.conv", "conv", f"{_SONNET_TOWER}/0/_layers/2", "conv_tower.{n}.0.2"),
    Layer("tower.{n}.residual.norm", "norm", f"{_SONNET_TOWER}/1/_module/_layers/0", "conv_tower.{n}.1.fn.0"),
    Layer(
        "tower.{n}.residual.linear",
        "pointwise",
        f"{_SONNET_TOWER}/1/_module/_layers/2",
        "conv_tower.{n}.1.fn.2",
    ),
    Layer("tower.{n}.pool", "pool", f"{_SONNET_TOWER}/2/_logit_linear", "conv_tower.{n}.2.to_attn_logits"),
    Layer("transformer.{t}.attention_norm", "layer_norm", f"{_SONNET_MHA}/0", f"{_MHA}.0"),
    Layer("transformer.{t}.attention.query", "projection", f"{_SONNET_MHA}/1/_q_layer", f"{_MHA}.1.to_q"),
    Layer("transformer.{t}.attention.key", "projection", f"{_SONNET_MHA}/1/_k_layer", f"{_MHA}.1.to_k"),
    Layer("transformer.{t}.attention.value", "projection", f"{_SONNET_MHA}/1/_v_layer", f"{_MHA}.1.to_v"),
    Layer(
        "transformer.{t}.attention.relative_key",
        "projection",
        f"{_SONNET_MHA}/1/_r_k_layer",
        f"{_MHA}.1.to_rel_k",
    ),
    Layer("transformer.{t}.attention", "biases", f"{_SONNET_MHA}/1", f"{_MHA}.1"),
    Layer("transformer.{t}.attention.out", "linear", f"{_SONNET_MHA}/1/_embedding_layer", f"{_MHA}.1.to_out"),
    Layer("transformer.{t}.feed_forward_norm", "layer_norm", f"{_SONNET_MLP}/0", f"{_MLP}.0"),
    Layer("transformer.{t}.feed_forward.expand", "linear", f"{_SONNET_MLP}/1", f"{_MLP}.1"),
    Layer("transformer.{t}.feed_forward.contract", "linear", f"{_SONNET_MLP}/4", f"{_MLP}.4"),
    Layer("pointwise.norm", "norm", f"{_SONNET_FINAL}/0", "final_pointwise.1.0"),
    Layer("pointwise.linear", "pointwise", f"{_SONNET_FINAL}/2", "final_pointwise.1.2"),
    Layer("heads.{head}", "linear", "_heads/{head}/_layers/0", "_heads.{head}.0"),
)


@dataclass(frozen=True)
class Dialect:
    """How one program names and lays out the tensors of a layer.

    Attributes
    ----------
    layer
        Its name of a layer.
    separator
        Stands between the names of a layer and of its tensor.
    leaves
        The tensors of each kind of layer.
    """

    layer: Callable[[Layer], str]
    separator: str
    leaves: Mapping[str, tuple[Leaf, ...]]

    def tensors(self, layer: Layer) -> Iterator[tuple[str, str, str]]:
        """Yield our name, theirs and the layout of each tensor of a layer, places not filled in."""
        for leaf in self.leaves[layer.kind]:
            yield (
                f"{layer.ours}.{leaf.ours}",
                self.layer(layer) + self.separator + leaf.theirs,
                leaf.layout,
            )


_VECTORS = (Leaf("weight", "scale", "c>c"), Leaf("bias", "offset", "c>c"))
SONNET = Dialect(
    lambda layer: layer.sonnet,
    "/",
    {
        "conv": (Leaf("weight", "w", "wio>oiw"), Leaf("bias", "b", "o>o")),
        "pointwise": (Leaf("weight", "w", "1io>oi"), Leaf("bias", "b", "o>o")),
        "linear": (Leaf("weight", "w", "io>oi"), Leaf("bias", "b", "o>o")),
        "projection": (Leaf("weight", "w", "io>oi"),),
        "pool": (Leaf("weight", "w", "io>oi"),),
        "biases": (
            Leaf("content_bias", "_r_w_bias", "1h1k>hk"),
            Leaf("position_bias", "_r_r_bias", "1h1k>hk"),
        ),
        "layer_norm": _VECTORS,
        "norm": (
            *_VECTORS,
            Leaf("running_mean", "moving_mean/average", "11c>c"),
            Leaf("running_var", "moving_variance/average", "11c>c"),
        ),
    },
)

_PLAIN = (Leaf("weight", "weight", "c>c"), Leaf("bias", "bias", "c>c"))
PYTORCH = Dialect(
    lambda layer: layer.pytorch,
    ".",
    {
        "conv": (Leaf("weight", "weight", "oiw>oiw"), Leaf("bias", "bias", "o>o")),
        "pointwise": (Leaf("weight", "weight", "oi1>oi"), Leaf("bias", "bias", "o>o")),
        "linear": (Leaf("weight", "weight", "oi>oi"), Leaf("bias", "bias", "o>o")),
        "projection": (Leaf("weight", "weight", "oi>oi"),),
        "pool": (Leaf("weight", "weight", "oi11>oi"),),
        "biases": (
            Leaf("content_bias", "rel_content_bias", "1h1k>hk"),
            Leaf("position_bias", "rel_pos_bias", "1h1k>hk"),
        ),
        "layer_norm": _PLAIN,
        "norm": (
            *_PLAIN,
            Leaf("running_mean", "running_mean", "c>c"),
            Leaf("running_var", "running_var", "c>c"),
        ),
    },
)
