"""``senformer predict``."""

from pathlib import Path
from typing import Annotated

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
    Strands,
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
    units: Annotated[str, typer.Option("--units", help="stored (as trained) or measured.")] = "stored",
    head: Head = None,
    strands: StrandsOption = Strands.both,
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Predict tracks over regions or whole chromosomes: bigWig per track, and zarr.

    Example: senformer predict runs/yeast --genome sacCer3.fa.gz --chromosome chrVIII --out predicted
    """
    from senformer.workflow.predict import predict_from_files

    result = predict_from_files(
        run,
        genome,
        out,
        bed=regions,
        spec=chromosome or [],
        head=head,
        tracks=track,
        units=units,
        strands=strands.value,
        batch_size=batch_size,
        device=device,
        precision=precision.value,
    )
    say(
        {"out": str(out), **result},
        f"Predicted {result['n_tracks']} tracks over {result['n_bins']} bins into {out}.",
    )
