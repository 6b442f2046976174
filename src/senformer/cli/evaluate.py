"""``senformer evaluate``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import (
    BatchSize,
    Device,
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
    strands: StrandsOption = Strands.both,
    batch_size: BatchSize = 4,
    device: Device = "auto",
    precision: PrecisionOption = Precision.fp32,
    json: Json = False,
) -> None:
    """Measure a model's accuracy on a split: Pearson per track, per assay, raw and log1p.

    Example: senformer evaluate runs/yeast --data dataset --split test --out runs/yeast/evaluation
    """
    from senformer.dataset import open_dataset
    from senformer.evaluate import evaluate as run_evaluation

    result = run_evaluation(
        run,
        open_dataset(data),
        out,
        split=split,
        head=head,
        strands=strands.value,
        batch_size=batch_size,
        device=device,
        precision=precision.value,
    )
    say({"out": str(out), **result}, _text(result))


def _text(result: dict) -> str:
    rows = [f"{result['split']}: {result['n_windows']} windows; Pearson raw / log1p, mean over tracks"]
    for assay, row in result["by_assay"].items():
        rows.append(_row(assay, row["pearson_mean"], row["pearson_log1p_mean"], row["n_tracks"]))
    total = _row("all", result["pearson_mean"], result["pearson_log1p_mean"], result["n_tracks"])
    return "\n".join([*rows, total])


def _row(name: str, raw: float | None, log1p: float | None, n_tracks: int) -> str:
    values = " / ".join(
        "  n/a" if value is None or value != value else f"{value:.3f}" for value in (raw, log1p)
    )
    return f"  {name:<16} {values}   {n_tracks} tracks"
