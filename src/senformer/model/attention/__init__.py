"""Attention kinds: name -> module class; each has ``config_class`` and ``pattern``."""

from senformer.model.attention.base import Attention
from senformer.model.attention.bigbird import BigBirdAttention
from senformer.model.attention.bigbird_2022 import BigBird2022Attention
from senformer.model.attention.dense import DenseAttention
from senformer.model.attention.linear import LinearAttention

ATTENTIONS: dict[str, type[Attention]] = {
    "bigbird": BigBirdAttention,
    "bigbird_2022": BigBird2022Attention,
    "dense": DenseAttention,
    "linear": LinearAttention,
}
