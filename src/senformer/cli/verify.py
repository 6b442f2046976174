"""``senformer verify``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.output import Json, say


def verify(
    path: Annotated[Path, typer.Argument(help="A dataset, run or model folder.", show_default=False)],
    json: Json = False,
) -> None:
    """Prove a dataset's checksums, or a model's checksum and golden outputs, on this machine.

    Example: senformer verify runs/yeast
    """
    from senformer.workflow.verify import verify_path

    result = verify_path(path)
    say(result, f"{path}: {result['kind']} verified ({result['checks']}).")
