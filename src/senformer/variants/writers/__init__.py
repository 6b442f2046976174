"""Formats of a finished score table: one file each, one line each in ``WRITERS``; the ending chooses."""

from senformer.variants.writers.base import Writer
from senformer.variants.writers.hdf5 import HDF5
from senformer.variants.writers.parquet import PARQUET
from senformer.variants.writers.tsv import TSV
from senformer.variants.writers.vcf import VCF

WRITERS: dict[str, Writer] = {
    "parquet": PARQUET,
    "tsv": TSV,
    "vcf": VCF,
    "hdf5": HDF5,
}

__all__ = ["WRITERS", "Writer"]
