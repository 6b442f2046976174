"""Adapters: small trained additions to frozen weights, which become part of them in the end."""

from senformer.model.adapters.add import add_adapters
from senformer.model.adapters.config import AdaptersConfig
from senformer.model.adapters.merge import merge_adapters

__all__ = ["AdaptersConfig", "add_adapters", "merge_adapters"]
