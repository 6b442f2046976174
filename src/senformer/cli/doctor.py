"""``senformer doctor``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.output import Json, say


def doctor(
    genome: Annotated[
        Path | None, typer.Option("--genome", "-g", help="FASTA; goes before the config.", show_default=False)
    ] = None,
    tracks: Annotated[
        Path | None,
        typer.Option("--tracks", "-t", help="Track table; goes before the config.", show_default=False),
    ] = None,
    regions: Annotated[
        Path | None, typer.Option("--regions", "-r", help="BED of regions.", show_default=False)
    ] = None,
    variants: Annotated[
        Path | None,
        typer.Option("--variants", "-v", help="VCF, table or list of ids (plain or gz).", show_default=False),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="A run folder, or a model folder.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="YAML with a `dataset` section.", show_default=False)
    ] = None,
    leakage: Annotated[
        Path | None,
        typer.Option("--leakage", help="A built dataset: measure what its splits share.", show_default=False),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with an error on warnings too.")] = False,
    json: Json = False,
) -> None:
    """Check inputs against one another in seconds, before any work.

    Exits with 0 where no error was found, whatever the warnings.

    Example: senformer doctor --genome sacCer3.fa.gz --tracks tracks.tsv --variants snps.vcf
    """
    from senformer.workflow.doctor.doctor import Asked, examine

    report = examine(Asked(genome, tracks, regions, variants, model, config, leakage))
    say(report.to_dict(strict=strict), report.text())
    code = report.exit_code(strict=strict)
    if code:
        raise typer.Exit(code)
