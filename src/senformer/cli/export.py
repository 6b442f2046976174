"""``senformer export``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import Out
from senformer.cli.output import Json, say


class Format(StrEnum):
    """What is written."""

    TFRECORD = "tfrecord"
    LSGKM = "lsgkm"


class Bases(StrEnum):
    """How a record holds its sequence."""

    INDEX = "index"
    ONE_HOT = "one_hot"


class Values(StrEnum):
    """How a record holds its target."""

    FLOAT16 = "float16"
    FLOAT32 = "float32"


class Masked(StrEnum):
    """What is written for a masked bin."""

    ERROR = "error"
    KEEP = "keep"
    ZERO = "zero"


def export(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="A folder that `build` made; for lsgkm a run or model folder.", show_default=False
        ),
    ],
    out: Out,
    format: Annotated[
        Format, typer.Option("--format", help="Basenji's records, or LS-GKM's model file.")
    ] = Format.TFRECORD,
    sequence: Annotated[
        Bases, typer.Option("--sequence", help="A byte a base, or four, as Enformer's records have.")
    ] = Bases.INDEX,
    dtype: Annotated[Values | None, typer.Option("--dtype", help="By default the stored type.")] = None,
    nan: Annotated[
        Masked, typer.Option("--nan", help="Masked bins: an error, kept as NaN, or zero.")
    ] = Masked.ERROR,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; no effect on the result.")] = 1,
    json: Json = False,
) -> None:
    """Write the windows of a dataset as TFRecords that Basenji-family tools read, or a gkm-SVM for LS-GKM.

    Killed at any moment, the same command writes the files that are missing.

    Example: senformer export dataset --format tfrecord --out records
    """
    if format is Format.LSGKM:
        from senformer.workflow.export import export_lsgkm

        told = export_lsgkm(dataset, out)
        say(told, f"LS-GKM model {out}: {told['support_vectors']:,} support vectors")
        return
    from senformer.dataset.store import genome_dataset
    from senformer.dataset.tfrecord.export import ExportConfig, export_tfrecords

    config = ExportConfig(sequence.value, dtype.value if dtype else None, nan.value)
    result = export_tfrecords(genome_dataset(dataset), out, config, workers=workers)
    say({"out": str(out), "format": format.value, **result}, _text(out, result))


def _text(out: Path, result: dict) -> str:
    """Say what was written, and what was not."""
    records = ", ".join(f"{split} {n:,}" for split, n in result["records"].items())
    n_tracks, n_files = result["tracks"], result["files"]
    parts = [f"TFRecords {out}: {records} records of {n_tracks:,} tracks in {n_files:,} files"]
    if result["nan_values"]:
        parts.append(f"masked values written: {result['nan_values']:,}")
    if not result["has_coordinates"]:
        parts.append("no sequences.bed: where the records lie is not known")
    return "\n  ".join(parts)
