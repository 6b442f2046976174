"""Genomes with planted regulatory grammar, their tracks, and variants with known effect."""

from senformer.simulate.config import SimulateConfig
from senformer.simulate.folder import simulate
from senformer.simulate.grammar import expected_signal

__all__ = ["SimulateConfig", "expected_signal", "simulate"]
