"""Genomes with planted regulatory grammar, their tracks, and variants with known effect."""

from senformer.simulate.config import SimulateConfig
from senformer.simulate.folder import simulate

__all__ = ["SimulateConfig", "simulate"]
