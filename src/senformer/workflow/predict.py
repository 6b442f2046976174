"""From file names to predicted tracks."""

from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.errors import DataError, UsageError
from senformer.genome import open_genome
from senformer.genome.bed import read_bed
from senformer.genome.regions import read_regions
from senformer.predict.model_check import warn_of_genome
from senformer.predict.regions import predict_regions
from senformer.predict.source import load_run_model


def predict_from_files(
    run: Path, genome: Path, out: Path, *, bed: Path | None, spec: list[str], **settings: Any
) -> dict[str, Any]:
    """Predict the regions of ``bed`` and of ``spec`` (``chr1`` or ``chr1:1,001-2,000``) into ``out``.

    Raises
    ------
    UsageError
        No region is given.
    DataError
        ``bed`` holds none.
    """
    if bed is None and not spec:
        raise UsageError("E122", "predict", "no region is given", "Give --regions BED or --chromosome NAME.")
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
    return predict_regions(model, fasta, regions, out, **settings)
