"""``senformer score``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import (
    BatchSize,
    Device,
    Genome,
    Head,
    IndelChoice,
    Precision,
    PrecisionOption,
    RefMismatch,
    StrandsOption,
    parse_names,
    parse_shifts,
)
from senformer.cli.output import Json, say


def score(
    run: Annotated[
        list[Path], typer.Argument(help="A run folder of `train`, or a model folder; several: an ensemble.")
    ],
    genome: Genome,
    variants: Annotated[
        Path,
        typer.Option("--variants", "-v", help="VCF, table or list of ids (plain or gz).", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="File: .parquet, .tsv(.gz), .vcf(.gz) or .h5.", show_default=False),
    ],
    ref_mismatch: Annotated[
        RefMismatch, typer.Option("--ref-mismatch", help="When REF is not what the genome has.")
    ] = RefMismatch.error,
    indels: Annotated[
        IndelChoice | None,
        typer.Option(
            "--indels", help="How insertions and deletions are scored. Default: shift; words of deltaSVM."
        ),
    ] = None,
    max_offset: Annotated[
        int,
        typer.Option("--max-offset", min=0, help="bp off the center, so that close variants share a window."),
    ] = 0,
    scorers: Annotated[
        str | None,
        typer.Option(
            "--scorers",
            help="Names, separated by commas; SAD@501 reads 501 bp around. Default: SAD,SAR; SAD of a "
            "linear output; SAD,log_odds of probabilities.",
        ),
    ] = None,
    genes: Annotated[
        Path | None, typer.Option("--genes", help="GTF, for scorers that read genes (SED, logSED).")
    ] = None,
    tracks: Annotated[
        str | None,
        typer.Option("--tracks", help="Names, assays or indices, separated by commas. Default: all."),
    ] = None,
    layout: Annotated[str, typer.Option("--layout", help="long or wide, of parquet and TSV.")] = "long",
    summary: Annotated[
        int, typer.Option("--summary", min=0, help="Write the K largest tracks of each variant beside it.")
    ] = 0,
    background: Annotated[
        Path | None, typer.Option("--background", help="File of senformer background: adds percentiles.")
    ] = None,
    head: Head = None,
    strands: StrandsOption = None,
    shifts: Annotated[str, typer.Option("--shifts", help="Offsets to average, in bp, as 0,1,-1.")] = "0",
    spread: Annotated[
        str, typer.Option("--spread", help="models or passes: whose scores the spread is of.")
    ] = "models",
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    delta: Annotated[
        bool, typer.Option("--delta/--no-delta", help="Recompute only what an allele changes, or everything.")
    ] = True,
    engine: Annotated[
        str,
        typer.Option("--engine", help="local, dask://local or dask://host:port; no effect on the result."),
    ] = "local",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes of dask://local.")] = 1,
    json: Json = False,
) -> None:
    """Score the effect of variants on every track, ALT minus REF of the file.

    Example: senformer score runs/yeast --genome sacCer3.fa.gz --variants snps.vcf --out scores.parquet
    """
    from senformer.variants import score as score_variants

    result = score_variants(
        run,
        genome,
        variants,
        out,
        scorers=parse_names(scorers) if scorers is not None else None,
        tracks=parse_names(tracks) if tracks is not None else None,
        layout=layout,
        summary=summary,
        shifts_bp=parse_shifts(shifts),
        spread=spread,
        genes=genes,
        background=background,
        head=head,
        strands=strands and strands.value,
        batch_size=batch_size,
        device=device,
        precision=precision.value,
        ref_mismatch=ref_mismatch.value,
        indels=indels and indels.value,
        max_offset_bp=max_offset,
        delta=delta,
        engine=engine,
        workers=workers,
    )
    skipped = ", ".join(f"{reason} {n}" for reason, n in result["skipped"].items()) or "none"
    listed = f" Skipped alleles in {out}.skipped.tsv." if result["skipped"] else ""
    say(
        {"out": str(out), **result},
        f"{result['n_records']:,} records with {result['n_alleles']:,} ALT alleles: "
        f"{result['n_scored']:,} scored, skipped: {skipped}. Scores in {out}.{listed}",
    )
