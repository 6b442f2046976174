"""Genomes with planted regulatory grammar, their tracks, and variants with known effect."""

from senformer.simulate.config import SimulateConfig
from senformer.simulate.world import simulate

__all__ = ["SimulateConfig", "simulate"]
