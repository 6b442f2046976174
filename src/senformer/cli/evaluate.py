"""``senformer evaluate``."""

from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.choices import (
    Device,
    GeneWindows,
    Head,
    Out,
    Precision,
    PrecisionOption,
    StrandsOption,
    parse_names,
    parse_shifts,
)
from senformer.cli.output import Json, say

_OF_SUMMARIES = ("run", "out", "summarize", "json")


def evaluate(
    run: Annotated[
        list[Path],
        typer.Argument(
            help="A run folder of `train`, or a model folder; folders of `evaluate` to summarize.",
            show_default=False,
        ),
    ],
    out: Out,
    data: Annotated[
        Path | None, typer.Option("--data", "-d", help="Dataset folder.", show_default=False)
    ] = None,
    summarize: Annotated[
        bool,
        typer.Option(
            "--summarize",
            help="Join evaluations of folds or seeds into means and spreads; takes --out alone.",
        ),
    ] = False,
    split: Annotated[str, typer.Option("--split", help="train, valid or test.")] = "test",
    head: Head = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="Run or model folder: measure how far RUN's predictions are from its own."
        ),
    ] = None,
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
    protocol: Annotated[
        list[str] | None, typer.Option("--protocol", help="Also measure as published: pooled_2022. Repeat.")
    ] = None,
    strands: StrandsOption = None,
    shifts: Annotated[
        str, typer.Option("--shifts", help="Offsets in bp, with commas, whose predictions are averaged.")
    ] = "0",
    metrics: Annotated[
        str,
        typer.Option(
            "--metrics", help="spearman, jsd, profile_auprc, with commas, beside what is always measured."
        ),
    ] = "spearman",
    share: Annotated[
        str | None,
        typer.Option(
            "--share",
            help="Part of the work, 2/4 for the second of four processes; the same without it joins them.",
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            min=1,
            help="Windows predicted at once. Default: 4; of a table 65,536 bases, at most 256.",
        ),
    ] = None,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Measure a model's accuracy on a split, per track, per assay and at genes; or its drift from another.

    Example: senformer evaluate runs/yeast --data dataset --split test --out runs/yeast/evaluation
    """
    from senformer.dataset import open_dataset
    from senformer.evaluate import evaluate as run_evaluation
    from senformer.evaluate.shares import parse_share

    if summarize:
        _refuse_other_options(dict(locals()))
        _summarize(run, out)
        return
    dataset = _need_one_run(run, data)
    asked = {
        "assays": tuple(gene_assay or ()) or None,
        "gene_types": tuple(gene_type or ()) or None,
        "windows": gene_windows and gene_windows.value,
        "n_bins": gene_bins,
    }
    gene_options = _gene_options(genes, asked)
    part, offsets = parse_share(share or "1/1"), parse_shifts(shifts)
    result = run_evaluation(
        run[0],
        open_dataset(dataset),
        out,
        split=split,
        head=head,
        against=against,
        genes=gene_options,
        protocols=protocol or (),
        metrics=parse_names(metrics),
        share=part,
        strands=strands and strands.value,
        shifts_bp=offsets,
        device=device,
        precision=precision.value,
        **({} if batch_size is None else {"batch_size": batch_size}),
    )
    say({"out": str(out), **result}, _text(result))


def _refuse_other_options(given: Mapping[str, Any]) -> None:
    """Refuse what was set beside --summarize and would change nothing."""
    from senformer.core.errors import UsageError

    for name, parameter in signature(evaluate).parameters.items():
        if name not in _OF_SUMMARIES and given[name] != parameter.default:
            found = "is given with --summarize, which measures nothing anew"
            raise UsageError("E667", f"--{name.replace('_', '-')}", found, "Leave it out.")


def _summarize(folders: list[Path], out: Path) -> None:
    from senformer.evaluate.summary import summarize_evaluations

    found = summarize_evaluations(folders, out)
    lines = [f"{found['n_evaluations']} evaluations of {found['split']}: mean +- standard deviation"]
    for assay, metrics in found["by_assay"].items():
        for metric, spread in metrics.items():
            sd = "n/a" if spread["sd"] is None else f"{spread['sd']:.4f}"
            lines.append(f"  {assay:<24} {metric:<28} {spread['mean']:.4f} +- {sd} (n = {spread['n']})")
    say({"out": str(out), **found}, "\n".join(lines))


def _need_one_run(runs: list[Path], data: Path | None) -> Path:
    from senformer.core.errors import UsageError

    if len(runs) != 1:
        todo = "Evaluate one after the other, or join evaluations with --summarize."
        raise UsageError("E667", "RUN", f"{len(runs)} runs are given", todo)
    if data is None:
        raise UsageError("E667", "--data", "is missing", "Name the dataset.")
    return data


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


def _text(result: dict) -> str:
    from senformer.tracks.track import ALL_TRACKS

    if "share" in result:
        done = f"Share {result['share']} is done: {result['n_parts']} parts."
        return f"{done} The same command without --share joins all shares."
    head = f"{result['split']}: {result['n_windows']} windows; mean over tracks"
    rows = [head, f"  {'':<16} {'pearson':>8} {'log1p':>8} {'spearman':>9} {'r2':>8}   95 % of pearson"]
    rows += [_row(assay, row) for assay, row in result["by_assay"].items()]
    rows.append(_row(ALL_TRACKS, result))
    rows += _label_rows({**result["by_assay"], ALL_TRACKS: result})
    rows += _pooled_rows(result.get("pooled_2022", {}).get("groups", {}))
    rows += _drift_rows(result["drift"]) if "drift" in result else []
    return "\n".join(rows + (_gene_rows(result["genes"]) if "genes" in result else []))


def _label_rows(groups: dict) -> list[str]:
    head = f"labels\n  {'':<16} {'AUROC':>8} {'AUPRC':>8}"
    rows = [
        f"  {name:<16} {_number(row['auroc_mean']):>8} {_number(row['auprc_mean']):>8}"
        for name, row in groups.items()
        if "auroc_mean" in row
    ]
    return [head, *rows] if rows else []


def _pooled_rows(groups: dict) -> list[str]:
    head = ["pooled_2022 (to compare with the report of 2022 alone): all windows / mean over windows"]
    return head * bool(groups) + [
        f"  {name:<16} {_number(row['pearson_pooled'])} / {_number(row['pearson_window_mean'])}"
        for name, row in groups.items()
    ]


def _drift_rows(drift: dict) -> list[str]:
    """Say how far the model is from the other, at the edges and in the middle, and what accuracy is kept."""
    from senformer.tracks.track import ALL_TRACKS

    head = f"  {'':<16} {'pearson':>8} {'rel. RMS':>9} {'edge':>8} {'middle':>8} {'kept':>8}"
    keys = ("pearson_mean", "relative_rms_mean", "relative_rms_edge_mean", "relative_rms_middle_mean", "kept")
    rows = ["drift from the other model (RMS difference in standard deviations of its predictions)", head]
    for name, group in {**drift["by_assay"], ALL_TRACKS: drift}.items():
        shown = [_number(group[key], 4) for key in keys]
        rows.append("  {:<16} {:>8} {:>9} {:>8} {:>8} {:>8}".format(name, *shown))
    return rows


def _row(name: str, row: dict) -> str:
    keys = ("pearson_mean", "pearson_log1p_mean", "spearman_mean", "r2_mean")
    values = " ".join(f"{_number(row.get(key)):>{8 + (key == 'spearman_mean')}}" for key in keys)
    ends = row.get("pearson_ci95")
    interval = "   n/a          " if ends is None else f"   {ends[0]:.3f} to {ends[1]:.3f}"
    counted = row["n_tracks"] - row["n_tracks_undefined"]
    left_out = f" of {row['n_tracks']}; the others have no correlation" if row["n_tracks_undefined"] else ""
    return f"  {name:<16} {values}{interval}   {counted} tracks{left_out}"


def _number(value: float | None, n_digits: int = 3) -> str:
    return "n/a" if value is None or value != value else f"{value:.{n_digits}f}"
