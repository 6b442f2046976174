"""``senformer evaluate``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.choices import (
    BatchSize,
    Device,
    GeneWindows,
    Head,
    Out,
    Precision,
    PrecisionOption,
    Run,
    Strands,
    StrandsOption,
)
from senformer.cli.output import Json, say


def evaluate(
    run: Run,
    data: Annotated[Path, typer.Option("--data", "-d", help="Dataset folder.", show_default=False)],
    out: Out,
    split: Annotated[str, typer.Option("--split", help="train, valid or test.")] = "test",
    head: Head = None,
    genes: Annotated[
        Path | None,
        typer.Option("--genes", help="GTF or BED of genes: also measure expression at their starts."),
    ] = None,
    gene_assay: Annotated[
        list[str] | None,
        typer.Option(
            "--gene-assay", help="Assay that measures expression; repeat. Default: CAGE and the like."
        ),
    ] = None,
    gene_type: Annotated[
        list[str] | None,
        typer.Option("--gene-type", help="Type of gene in a GTF, or any; repeat. Default: protein_coding."),
    ] = None,
    gene_windows: Annotated[
        GeneWindows | None,
        typer.Option("--gene-windows", help="Around each start (default), or those of the split."),
    ] = None,
    gene_bins: Annotated[
        int | None, typer.Option("--gene-bins", help="Bins summed at a start, an odd number. Default: 3.")
    ] = None,
    strands: StrandsOption = Strands.both,
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Measure a model's accuracy on a split: Pearson per track, per assay, raw and log1p; and at genes.

    Example: senformer evaluate runs/yeast --data dataset --split test --out runs/yeast/evaluation
    """
    from senformer.dataset import open_dataset
    from senformer.evaluate import evaluate as run_evaluation

    asked = {
        "assays": tuple(gene_assay or ()) or None,
        "gene_types": tuple(gene_type or ()) or None,
        "windows": gene_windows and gene_windows.value,
        "n_bins": gene_bins,
    }
    gene_options = _gene_options(genes, asked)
    result = run_evaluation(
        run,
        open_dataset(data),
        out,
        split=split,
        head=head,
        genes=gene_options,
        strands=strands.value,
        batch_size=batch_size,
        device=device,
        precision=precision.value,
    )
    say({"out": str(out), **result}, _text(result))


def _gene_options(genes: Path | None, asked: dict[str, Any]) -> Any:
    from senformer.core.errors import UsageError
    from senformer.evaluate.genes.plan import GeneOptions

    given = {name: value for name, value in asked.items() if value is not None}
    if genes is not None:
        return GeneOptions(genes, **given)
    if given:
        found = "an option on genes is given without the genes"
        raise UsageError("E667", "--genes", found, "Give a GTF or BED file, or leave the option out.")
    return None


def _text(result: dict) -> str:
    rows = [f"{result['split']}: {result['n_windows']} windows; Pearson raw / log1p, mean over tracks"]
    for assay, row in result["by_assay"].items():
        rows.append(_row(assay, row))
    rows.append(_row("all", result))
    return "\n".join(rows + (_gene_rows(result["genes"]) if "genes" in result else []))


def _gene_rows(genes: dict) -> list[str]:
    """Say how well expression is predicted, and which genes of the file are not among those counted."""
    lost = {
        "other type": genes["n_other_type"],
        "further starts": genes["n_further_starts"],
        **genes["dropped"],
    }
    left_out = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in lost.items() if n)
    counts = f"genes: {genes['n_genes']:,} of {genes['n_rows']:,} rows, {genes['n_tracks']:,} experiments"
    rows = [f"{counts}{f'; left out: {left_out}' if left_out else ''}; Pearson / Spearman of log(1 + x)"]
    for name, key, after in (
        ("across genes", "across_genes", ""),
        ("across tracks", "across_tracks", ""),
        ("specific, across genes", "across_genes", "_specific"),
        ("specific, across tracks", "across_tracks", "_specific"),
    ):
        values = [genes[key][f"{kind}{after}_mean"] for kind in ("pearson_r", "spearman_rho")]
        shown = " / ".join("  n/a" if value is None else f"{value:.3f}" for value in values)
        rows.append(f"  {name:<24} {shown}")
    return rows


def _row(name: str, row: dict) -> str:
    values = " / ".join(
        "  n/a" if row[key] is None or row[key] != row[key] else f"{row[key]:.3f}"
        for key in ("pearson_mean", "pearson_log1p_mean")
    )
    counted = row["n_tracks"] - row["n_tracks_undefined"]
    left_out = f" of {row['n_tracks']}; the others have no correlation" if row["n_tracks_undefined"] else ""
    return f"  {name:<16} {values}   {counted} tracks{left_out}"
