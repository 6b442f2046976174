"""Attention kinds: name -> module class; each has ``config_class`` and ``pattern``."""

from senformer.model.attention.bigbird import BigBirdAttention
from senformer.model.attention.dense import DenseAttention

ATTENTIONS = {"bigbird": BigBirdAttention, "dense": DenseAttention}
