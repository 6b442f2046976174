"""Effects of variants: predict both alleles, compare, write a table."""

from senformer.variants.score import score

__all__ = ["score"]
