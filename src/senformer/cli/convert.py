"""``senformer convert``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from senformer.cli.choices import Out
from senformer.cli.output import Json, say


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            help="A TensorFlow checkpoint, an enformer-pytorch or Hugging Face file or folder, a Keras file, "
            "a model file of LS-GKM, dumps of ExPecto's lines, or a model folder.",
            show_default=False,
        ),
    ],
    out: Out,
    model: Annotated[
        str | None,
        typer.Option("--model", help="The model to make of it; senformer takes Enformer's weights."),
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="The source's format, where it cannot be told.")
    ] = None,
    tracks: Annotated[
        list[str] | None,
        typer.Option("--tracks", "-t", help="HEAD=TABLE: the head's track table; repeat for several."),
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="Of the weights, for the card.")] = "",
    window_bp: Annotated[
        int | None, typer.Option("--window-bp", min=1, help="Another window for the same weights.")
    ] = None,
    crop_bins: Annotated[
        int | None, typer.Option("--crop-bins", min=0, help="Another crop at each end.")
    ] = None,
    attention: Annotated[
        str | None,
        typer.Option(
            "--attention",
            help="Another attention kind for the same weights, or keys: '{kind: bigbird, block_bins: 128}'.",
        ),
    ] = None,
    basis_bp: Annotated[
        int | None,
        typer.Option("--basis-bp", min=1, help="The window the weights were made for, if not 196,608 bp."),
    ] = None,
    readout: Annotated[
        str | None,
        typer.Option("--readout", help="Of a gkm_svm: decision, or words, whose change is deltaSVM."),
    ] = None,
    bank: Annotated[
        Path | None,
        typer.Option("--bank", help="Of ExPecto's lines: the run or model folder of the bank they read."),
    ] = None,
    json: Json = False,
) -> None:
    """Turn published weights into a model folder: safetensors and a card with golden outputs.

    Example: senformer convert sonnet_weights --model senformer --out models/senformer
    """
    from senformer.workflow.convert import ConvertConfig
    from senformer.workflow.convert import convert as convert_weights

    config = ConvertConfig(
        model=model,
        format=format,
        tracks=tracks or [],
        licence=licence,
        basis_bp=basis_bp,
        window_bp=window_bp,
        crop_bins=crop_bins,
        attention=parse_kind(attention),
        readout=readout,
        bank=bank,
    )
    result = convert_weights(source, out, config)
    heads = ", ".join(f"{head} {n_tracks:,}" for head, n_tracks in result["heads"].items())
    layers = ""
    if "n_layers" in result:
        layers = (
            f"{result['n_layers']} layers of {result['n_heads']} attention heads ({result['attention']}), "
        )
    say(
        result,
        f"{result['format']}: {result['model']} with {result['parameters']:,} parameters, {layers}"
        f"window {result['window_bp']:,} bp; tracks: {heads}. Model {out}.",
    )


def parse_kind(text: str | None) -> str | dict[str, Any] | None:
    """Return the name of a kind as it is, and its keys in braces as a dictionary.

    Examples
    --------
    >>> parse_kind("bigbird"), parse_kind("{kind: bigbird, block_bins: 128}")
    ('bigbird', {'kind': 'bigbird', 'block_bins': 128})
    """
    from senformer.core.config import parse_yaml

    return parse_yaml(text, "--attention") if text is not None and text.startswith("{") else text
