"""``senformer plan``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import BatchNorm, Device
from senformer.cli.output import Json, say
from senformer.core.errors import UsageError


def plan(
    config: Annotated[
        Path | None, typer.Argument(help="YAML with `model` and `train` sections.", show_default=False)
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="A model's name, without a file; senformer by default.")
    ] = None,
    window_bp: Annotated[int | None, typer.Option("--window-bp", help="Window in bp.")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", help="Windows of an update.")] = None,
    precision: Annotated[str | None, typer.Option("--precision", help="auto, fp32 or bf16.")] = None,
    device: Device = "auto",
    batch_norm: Annotated[
        BatchNorm, typer.Option("--batch-norm", help="Statistics in training.")
    ] = BatchNorm.batch,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE of the model's configuration; repeat.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what a model and its training need here: parameters, memory, time, the longest window.

    Example: senformer plan configs/yeast.yaml
    """
    from senformer.workflow.plan.plan import as_text, make_plan, read_wanted

    if config and model:
        raise UsageError("E140", "--model", f"{config} names a model already", "Give one of the two.")
    wanted = read_wanted(
        str(config) if config else model or "senformer",
        window_bp=window_bp,
        batch_size=batch_size,
        precision=precision,
        device=device,
        batch_norm=batch_norm.value,
        changes=change or [],
    )
    found = make_plan(wanted)
    say(found, as_text(found))
