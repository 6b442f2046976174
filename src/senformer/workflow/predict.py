"""From file names to predicted tracks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.errors import DataError, UsageError
from senformer.genome import open_genome
from senformer.genome.bed import read_bed
from senformer.genome.regions import read_regions
from senformer.predict.haplotypes import predict_haplotypes
from senformer.predict.model_check import warn_of_genome
from senformer.predict.reach import read_window_copies
from senformer.predict.regions import check_regions, predict_regions
from senformer.predict.source import load_run_model
from senformer.predict.tiles import TileGrid


def predict_from_files(
    run: Path,
    genome: Path,
    out: Path,
    *,
    bed: Path | None,
    spec: list[str],
    variants: Path | None = None,
    samples: Sequence[str] = (),
    unphased: str = "error",
    **settings: Any,
) -> dict[str, Any]:
    """Predict the regions of ``bed`` and of ``spec`` (``chr1`` or ``chr1:1,001-2,000``) into ``out``.

    With ``variants``, a phased VCF, also of both copies of each of ``samples``.

    Raises
    ------
    UsageError
        No region is given, or one of ``variants`` and ``samples`` without the other.
    DataError
        ``bed`` holds none.
    """
    if bed is None and not spec:
        raise UsageError("E122", "predict", "no region is given", "Give --regions BED or --chromosome NAME.")
    if (variants is None) != (not samples):
        found = "--sample is given without --variants" if samples else "--variants is given without --sample"
        raise UsageError("E122", "predict", found, "Give both, or neither: haplotypes are those of a sample.")
    fasta = open_genome(genome)
    parts = []
    if bed is not None:
        listed = read_bed(bed, fasta.chrom_sizes)[["chrom", "start", "end"]]
        if listed.empty:
            raise DataError("E711", str(bed), "holds no region", "Give a BED file with a region.")
        parts.append(listed)
    if spec:
        parts.append(read_regions(spec, fasta.chrom_sizes)[["chrom", "start", "end"]])
    regions = pd.concat(parts, ignore_index=True)
    model = load_run_model(run)
    warn_of_genome(model, run, fasta.chrom_sizes)
    if variants is None:
        return predict_regions(model, fasta, regions, out, **settings)
    regions = check_regions(regions, fasta.chrom_sizes)
    grid = TileGrid.of(model, settings.get("context_bp"))
    margin_bp = max(map(abs, settings.get("shifts_bp", (0,))))
    names = list(dict.fromkeys(samples))
    copies = read_window_copies(variants, fasta, names, regions, grid, margin_bp=margin_bp, unphased=unphased)
    return predict_haplotypes(model, fasta, copies, regions, out, variants=variants, **settings)
