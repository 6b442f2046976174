"""Genomes, intervals and variants, and the readers of their files: FASTA, BED, VCF."""

import importlib
from typing import Any

# Loaded when first asked for: pysam and pandas are slow to import.
_DOORS = {"open_genome": ("senformer.genome.fasta", "open_fasta")}

__all__ = ["open_genome"]


def __getattr__(name: str) -> Any:
    """Import a door when it is first asked for."""
    if name in _DOORS:
        module, attribute = _DOORS[name]
        return getattr(importlib.import_module(module), attribute)
    raise AttributeError(f"module 'senformer.genome' has no attribute {name!r}")
