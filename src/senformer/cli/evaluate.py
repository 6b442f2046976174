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
        rows.append(_row(assay, row))
    return "\n".join([*rows, _row("all", result)])


def _row(name: str, row: dict) -> str:
    values = " / ".join(
        "  n/a" if row[key] is None or row[key] != row[key] else f"{row[key]:.3f}"
        for key in ("pearson_mean", "pearson_log1p_mean")
    )
    counted = row["n_tracks"] - row["n_tracks_undefined"]
    left_out = f" of {row['n_tracks']}; the others have no correlation" if row["n_tracks_undefined"] else ""
    return f"  {name:<16} {values}   {counted} tracks{left_out}"
