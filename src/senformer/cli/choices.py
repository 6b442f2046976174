"""Options that several commands share, declared once, and what their texts mean."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Strands(StrEnum):
    """Which strands a prediction averages."""

    both = "both"
    forward = "forward"


class Precision(StrEnum):
    """Number format of matrix products."""

    auto = "auto"
    fp32 = "fp32"
    bf16 = "bf16"


class GeneWindows(StrEnum):
    """From which windows genes are read."""

    centered = "centered"
    tiled = "tiled"


class BatchNorm(StrEnum):
    """Which statistics batch normalization takes in training."""

    frozen = "frozen"
    batch = "batch"


class RefMismatch(StrEnum):
    """What to do with a record whose REF is not what the genome has."""

    error = "error"
    skip = "skip"
    swap = "swap"


class IndelChoice(StrEnum):
    """How insertions and deletions are scored."""

    shift = "shift"
    align = "align"
    words = "words"


Run = Annotated[Path, typer.Argument(help="A run folder of `train`, or a model folder.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder to create.", show_default=False)]
Genome = Annotated[
    Path, typer.Option("--genome", "-g", help="FASTA (plain, bgzip or gzip).", show_default=False)
]
Head = Annotated[str | None, typer.Option("--head", help="Organism head; needed when the model has several.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda or cuda:N.")]
PrecisionOption = Annotated[Precision, typer.Option("--precision", help="Number format of matrix products.")]
StrandsOption = Annotated[
    Strands | None,
    typer.Option(
        "--strands",
        help="Average both strands, or predict the forward strand alone. Default: as the model was trained.",
    ),
]
BatchSize = Annotated[int, typer.Option("--batch-size", min=1, help="Windows predicted at once.")]


def parse_names(text: str) -> list[str]:
    """Return the names that stand between commas.

    Examples
    --------
    >>> parse_names("SAD, SAR,")
    ['SAD', 'SAR']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def parse_shifts(text: str) -> list[int]:
    """Return the offsets that ``-1,0,1`` names.

    Raises
    ------
    UsageError
        One is no whole number.

    Examples
    --------
    >>> parse_shifts("-1, 0,1")
    [-1, 0, 1]
    """
    from senformer.core.errors import UsageError

    try:
        return [int(part) for part in text.split(",")]
    except ValueError as fault:
        todo = "Give whole numbers with commas, -1,0,1 for instance."
        raise UsageError("E657", "--shifts", f"{text!r} is no list of offsets", todo) from fault
