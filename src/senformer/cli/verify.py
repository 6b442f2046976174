"""``senformer verify``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.choices import Device
from senformer.cli.output import Json, say
from senformer.core.wording import counted


def verify(
    path: Annotated[Path, typer.Argument(help="A dataset, run or model folder.", show_default=False)],
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Prove a dataset's checksums, or a model's checksums and golden outputs, on this machine.

    Example: senformer verify runs/yeast
    """
    from senformer.workflow.verify import verify_path

    result = verify_path(path, device)
    text = f"{path}: {result['kind']} verified ({result['checks']})."
    say(result, "\n  ".join([text, *_lines(result)]))


def _lines(result: dict[str, Any]) -> list[str]:
    """Say how far each head's golden outputs are from those that were saved, and what was not proven."""
    allowed = f"allowed {result['tolerance']:.0e}" if "tolerance" in result else ""
    lines = [
        f"head {head}: {found['n_values']} golden values differ by at most "
        f"{found['max_abs_difference']:.1e} ({allowed}, on {result['device']} in {result['dtype']})"
        for head, found in result.get("heads", {}).items()
    ]
    if not result.get("attention_counts", True):
        lines.append("attention adds nothing to these outputs (its output projections are zero)")
    if result.get("n_unlisted"):
        n, shown = result["n_unlisted"], result["unlisted"]
        more = f" and {n - len(shown):,} more" if n > len(shown) else ""
        be = "is" if n == 1 else "are"
        lines.append(
            f"warning: {counted(n, 'file')} {be} not in the manifest and not proven: "
            f"{', '.join(shown)}{more}. Remove what does not belong to the dataset."
        )
    return lines
