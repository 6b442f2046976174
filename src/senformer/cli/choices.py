"""Options that several commands share, declared once."""

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


Run = Annotated[Path, typer.Argument(help="A run folder of `train`, or a model folder.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder to create.", show_default=False)]
Genome = Annotated[
    Path, typer.Option("--genome", "-g", help="FASTA (plain, bgzip or gzip).", show_default=False)
]
Head = Annotated[str | None, typer.Option("--head", help="Organism head; needed when the model has several.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda or cuda:N.")]
PrecisionOption = Annotated[Precision, typer.Option("--precision", help="Number format of matrix products.")]
StrandsOption = Annotated[
    Strands, typer.Option("--strands", help="Average both strands, or predict the forward strand alone.")
]
BatchSize = Annotated[int, typer.Option("--batch-size", min=1, help="Windows predicted at once.")]
