"""``senformer train``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import Out
from senformer.cli.output import Json, say


def train(
    config: Annotated[
        Path, typer.Argument(help="YAML with `model` and `train` sections.", show_default=False)
    ],
    out: Out,
    data: Annotated[
        list[Path],
        typer.Option(
            "--data", "-d", help="Dataset folder; repeat for several organisms.", show_default=False
        ),
    ],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint.")] = False,
    steps: Annotated[
        int | None,
        typer.Option(
            help="Updates, in place of the steps or epochs of CONFIG; to try a recipe out.",
            min=1,
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="In place of the seed of CONFIG; for replicates.", show_default=False),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", help="auto, cpu, cuda or cuda:N, in place of that of CONFIG.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Train a model on one dataset, or on several organisms' datasets.

    Killed at any moment, the same command with --resume gives the same curve and the same weights.
    Under torchrun the processes share each batch.

    Example: senformer train yeast.yaml --data dataset --out runs/yeast
    """
    if "WORLD_SIZE" in os.environ:
        # Torch reads it when it is imported: of several processes each would show stack traces of connections
        # that end, and a notice where no parameter goes unused.
        os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    from senformer.workflow.train import train_from_file

    result = train_from_file(config, data, out, resume=resume, steps=steps, seed=seed, device=device)
    if result is not None:
        say(result, f"Model {result['model']} after {result['steps']} steps ({result['stopped_by']}).")
