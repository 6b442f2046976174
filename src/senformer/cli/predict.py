"""``senformer predict``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.choices import (
    Device,
    Head,
    Precision,
    PrecisionOption,
    Run,
    StrandsOption,
)
from senformer.cli.output import Json, first_given, say


def predict(
    run: Run,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="Folder to create; of --sequences a file: .tsv, .tsv.gz or .parquet.",
            show_default=False,
        ),
    ],
    genome: Annotated[
        Path | None,
        typer.Option("--genome", "-g", help="FASTA (plain, bgzip or gzip).", show_default=False),
    ] = None,
    regions: Annotated[
        Path | None, typer.Option("--regions", "-r", help="BED of regions.", show_default=False)
    ] = None,
    chromosome: Annotated[
        list[str] | None,
        typer.Option("--chromosome", "-c", help="A whole chromosome, or chr1:1,001-2,000; repeatable."),
    ] = None,
    sequences: Annotated[
        Path | None,
        typer.Option(
            "--sequences",
            "-s",
            help="Sequences instead of a genome: FASTA or a table with a header line (plain or gz).",
            show_default=False,
        ),
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="Column of the sequences. Default: sequence.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column of their names. Default: id, else numbers from 0.")
    ] = None,
    pad: Annotated[
        str | None,
        typer.Option("--pad", help="center, left or right: where N is put. Default: as in training."),
    ] = None,
    too_long: Annotated[
        str | None,
        typer.Option(
            "--too-long",
            help="A sequence beyond the window is an error (default), or crop: its middle is read.",
        ),
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
        str | None, typer.Option("--unphased", help="A genotype like 0/1 is an error (default), or skip.")
    ] = None,
    context_bp: Annotated[
        int | None,
        typer.Option("--context-bp", help="Sequence beside each bin; a quarter of the window by default."),
    ] = None,
    units: Annotated[str, typer.Option("--units", help="stored (as trained) or measured.")] = "stored",
    head: Head = None,
    strands: StrandsOption = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            min=1,
            help="Windows predicted at once. Default: 4; of --sequences 65,536 bases, at most 256.",
        ),
    ] = None,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Predict tracks over regions or whole chromosomes (bigWig and zarr), or of sequences (a table).

    With --variants and --sample also on both haplotypes of a sample, on the reference's bins.

    Example: senformer predict runs/yeast --genome sacCer3.fa.gz --chromosome chrVIII --out predicted

    Example: senformer predict runs/mpra --sequences designed.fa --out predicted.tsv
    """
    of_genome = {
        "--genome": genome,
        "--regions": regions,
        "--chromosome": chromosome,
        "--variants": variants,
        "--sample": sample,
        "--unphased": unphased,
        "--context-bp": context_bp,
    }
    of_sequences = {"--column": column, "--id": id_column, "--pad": pad, "--too-long": too_long}
    _check_asked(sequences, of_genome, of_sequences)
    how = {
        "tracks": track,
        "units": units,
        "head": head,
        "strands": strands and strands.value,
        "device": device,
        "precision": precision.value,
    }
    if sequences is not None:
        rule = {"pad": pad, "too_long": too_long or "error"}
        batch = {} if batch_size is None else {"batch_size": batch_size}
        _predict_sequences(run, sequences, out, column=column, id_column=id_column, **rule, **how, **batch)
        return
    from senformer.workflow.predict import predict_from_files

    assert genome is not None
    result = predict_from_files(
        run,
        genome,
        out,
        bed=regions,
        spec=chromosome or [],
        variants=variants,
        samples=sample or [],
        unphased=unphased or "error",
        context_bp=context_bp,
        batch_size=batch_size or 4,
        **how,
    )
    say(
        {"out": str(out), **result},
        f"Predicted {result['n_tracks']} tracks over {result['n_bins']} bins into {out}.{_records(result)}",
    )


def _check_asked(sequences: Path | None, of_genome: dict[str, Any], of_sequences: dict[str, Any]) -> None:
    """Refuse options of a genome beside sequences, and the other way round, and neither of them."""
    from senformer.core.errors import UsageError

    if sequences is None and of_genome["--genome"] is None:
        todo = "Give --genome with --regions or --chromosome, or --sequences FILE."
        raise UsageError("E122", "predict", "there is neither a genome nor a file of sequences", todo)
    given = first_given(of_sequences if sequences is None else of_genome)
    if given is None:
        return
    if sequences is None:
        found = "is given without --sequences, which it is about"
        raise UsageError("E122", given, found, "Leave it out, or give --sequences FILE.")
    raise UsageError(
        "E122", given, "is about a genome, and --sequences reads none", "Leave one of the two out."
    )


def _predict_sequences(run: Path, sequences: Path, out: Path, **settings: Any) -> None:
    from senformer.core.wording import counted
    from senformer.workflow.predict_sequences import predict_from_sequences

    found = predict_from_sequences(run, sequences, out, **settings)
    bins = f" in {found['n_bins']} bins" if found["n_bins"] > 1 else ""
    told = f"Predicted {counted(found['n_tracks'], 'track')}{bins}"
    told += f" of {counted(found['n_sequences'], 'sequence')}"
    window = f"{found['window_bp']:,} bp"
    changes = [
        f"{found[name]:,} {text}"
        for name, text in (("n_padded", f"padded to {window}"), ("n_cropped", f"cropped to {window}"))
        if found[name]
    ]
    if n_iupac := sum(found["iupac_bases"].values()):
        changes.append(f"{counted(n_iupac, 'uncertain base')} read as N")
    say({"out": str(out), **found}, f"{told} into {out}{': ' if changes else ''}{', '.join(changes)}.")


def _records(result: dict[str, Any]) -> str:
    """Say what became of the records of haplotypes: one outcome a record and sample."""
    if "records" not in result:
        return ""
    outcomes = ", ".join(f"{outcome} {n}" for outcome, n in result["records"].items()) or "none"
    return f" Records near the regions, by outcome: {outcomes}; each is in variants.tsv."
