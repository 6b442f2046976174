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
    Run,
    Strands,
    StrandsOption,
)
from senformer.cli.output import Json, say


def score(
    run: Run,
    genome: Genome,
    variants: Annotated[
        Path,
        typer.Option("--variants", "-v", help="VCF, table or list of ids (plain or gz).", show_default=False),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File: .parquet, .tsv or .tsv.gz.", show_default=False)
    ],
    ref_mismatch: Annotated[
        RefMismatch, typer.Option("--ref-mismatch", help="When REF is not what the genome has.")
    ] = RefMismatch.error,
    indels: Annotated[
        IndelChoice, typer.Option("--indels", help="How insertions and deletions are scored.")
    ] = IndelChoice.shift,
    max_offset: Annotated[
        int,
        typer.Option("--max-offset", min=0, help="bp off the center, so that close variants share a window."),
    ] = 0,
    scorers: Annotated[
        str, typer.Option("--scorers", help="Names, separated by commas; SAD@501 reads 501 bp around.")
    ] = "SAD,SAR",
    genes: Annotated[
        Path | None, typer.Option("--genes", help="GTF, for scorers that read genes (SED, logSED).")
    ] = None,
    head: Head = None,
    strands: StrandsOption = Strands.both,
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    delta: Annotated[
        bool, typer.Option("--delta/--no-delta", help="Recompute only what an allele changes, or everything.")
    ] = True,
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
        scorers=[name.strip() for name in scorers.split(",") if name.strip()],
        genes=genes,
        head=head,
        strands=strands.value,
        batch_size=batch_size,
        device=device,
        precision=precision.value,
        ref_mismatch=ref_mismatch.value,
        indels=indels.value,
        max_offset_bp=max_offset,
        delta=delta,
    )
    skipped = ", ".join(f"{reason} {n}" for reason, n in result["skipped"].items()) or "none"
    say(
        {"out": str(out), **result},
        f"{result['n_records']:,} records with {result['n_alleles']:,} ALT alleles: "
        f"{result['n_scored']:,} scored, skipped: {skipped}. Scores in {out}.",
    )
