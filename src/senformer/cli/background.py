"""``senformer background``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import (
    BatchSize,
    Device,
    Genome,
    Head,
    Precision,
    PrecisionOption,
    StrandsOption,
    parse_names,
    parse_shifts,
)
from senformer.cli.output import Json, say


def background(
    run: Annotated[
        list[Path], typer.Argument(help="A run folder of `train`, or a model folder; several: an ensemble.")
    ],
    genome: Genome,
    out: Annotated[Path, typer.Option("--out", "-o", help="File: .parquet.", show_default=False)],
    number: Annotated[int, typer.Option("--number", "-n", help="Random variants, of all classes.")] = 3000,
    seed: Annotated[int, typer.Option("--seed", help="Of places and alleles.")] = 1,
    scorers: Annotated[
        str | None, typer.Option("--scorers", help="Names, separated by commas. Default: as of score.")
    ] = None,
    genes: Annotated[
        Path | None, typer.Option("--genes", help="GTF: classes by distance to a start, too.")
    ] = None,
    regions: Annotated[
        Path | None, typer.Option("--regions", "-r", help="BED: draw variants there only.")
    ] = None,
    head: Head = None,
    strands: StrandsOption = None,
    shifts: Annotated[str, typer.Option("--shifts", help="Offsets to average, in bp, as 0,1,-1.")] = "0",
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Score matched random variants, so that scores have percentiles.

    Example: senformer background runs/yeast --genome sacCer3.fa.gz --out background.parquet
    """
    from senformer.variants.background.build import build_background

    result = build_background(
        run,
        genome,
        out,
        n=number,
        seed=seed,
        scorers=None if scorers is None else parse_names(scorers),
        genes=genes,
        regions=regions,
        head=head,
        strands=strands and strands.value,
        shifts_bp=parse_shifts(shifts),
        batch_size=batch_size,
        device=device,
        precision=precision.value,
    )
    classes = ", ".join(f"{name}: {count}" for name, count in result["strata"].items())
    say({"out": str(out), **result}, f"{result['n_variants']} random variants in {out} ({classes}).")
