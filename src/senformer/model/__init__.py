"""Tensors only: the networks, their attention kinds and position bases, and the saved-model folder."""

from senformer.model.create import create_model
from senformer.model.load import load_model

__all__ = ["create_model", "load_model"]
