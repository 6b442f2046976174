"""``senformer predict``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.choices import (
    BatchSize,
    Device,
    Genome,
    Head,
    Out,
    Precision,
    PrecisionOption,
    Run,
    StrandsOption,
)
from senformer.cli.output import Json, say


def predict(
    run: Run,
    genome: Genome,
    out: Out,
    regions: Annotated[
        Path | None, typer.Option("--regions", "-r", help="BED of regions.", show_default=False)
    ] = None,
    chromosome: Annotated[
        list[str] | None,
        typer.Option("--chromosome", "-c", help="A whole chromosome, or chr1:1,001-2,000; repeatable."),
    ] = None,
    track: Annotated[
        list[str] | None, typer.Option("--track", help="Only this track; repeatable. Default: all.")
    ] = None,
    variants: Annotated[
        Path | None,
        typer.Option("--variants", "-v", help="Phased VCF: predict haplotypes, too.", show_default=False),
    ] = None,
    sample: Annotated[
        list[str] | None, typer.Option("--sample", help="Whose haplotypes; repeatable.", show_default=False)
    ] = None,
    unphased: Annotated[
        str, typer.Option("--unphased", help="A genotype like 0/1 is an error, or skip.")
    ] = "error",
    context_bp: Annotated[
        int | None,
        typer.Option("--context-bp", help="Sequence beside each bin; a quarter of the window by default."),
    ] = None,
    units: Annotated[str, typer.Option("--units", help="stored (as trained) or measured.")] = "stored",
    head: Head = None,
    strands: StrandsOption = None,
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Predict tracks over regions or whole chromosomes: bigWig per track, and zarr.

    With --variants and --sample also on both haplotypes of a sample, on the reference's bins.

    Example: senformer predict runs/yeast --genome sacCer3.fa.gz --chromosome chrVIII --out predicted
    """
    from senformer.workflow.predict import predict_from_files

    result = predict_from_files(
        run,
        genome,
        out,
        bed=regions,
        spec=chromosome or [],
        variants=variants,
        samples=sample or [],
        unphased=unphased,
        context_bp=context_bp,
        head=head,
        tracks=track,
        units=units,
        strands=strands and strands.value,
        batch_size=batch_size,
        device=device,
        precision=precision.value,
    )
    say(
        {"out": str(out), **result},
        f"Predicted {result['n_tracks']} tracks over {result['n_bins']} bins into {out}.{_records(result)}",
    )


def _records(result: dict[str, Any]) -> str:
    """Say what became of the records of haplotypes: one outcome a record and sample."""
    if "records" not in result:
        return ""
    outcomes = ", ".join(f"{outcome} {n}" for outcome, n in result["records"].items()) or "none"
    return f" Records near the regions, by outcome: {outcomes}; each is in variants.tsv."
