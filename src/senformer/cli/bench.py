"""``senformer bench``."""

from pathlib import Path
from typing import Annotated

import typer

from senformer.cli.choices import BatchNorm, Device
from senformer.cli.output import Json, say


def bench(
    what: Annotated[
        str,
        typer.Argument(
            help="attention, forward, step, receptive-field, score, build, load, train, svm.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="JSON file; the figure is put beside it.", show_default=False)
    ],
    run: Annotated[
        Path | None, typer.Argument(help="receptive-field: a trained run or model folder; svm: a FASTA.")
    ] = None,
    lengths: Annotated[
        str | None, typer.Option("--lengths", help="Window lengths in bp: 98304,196608.")
    ] = None,
    kinds: Annotated[str | None, typer.Option("--kinds", help="Attention kinds: dense,bigbird.")] = None,
    backends: Annotated[str | None, typer.Option("--backends", help="How attention is computed.")] = None,
    device: Device = "auto",
    precision: Annotated[
        str | None, typer.Option("--precision", help="fp32 (default), bf16, or both: fp32,bf16.")
    ] = None,
    repeats: Annotated[
        int | None, typer.Option("--repeats", min=1, help="Timed calls after the warm-up; by default 3.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Threads; torch's by default.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0, help="Begin no further call after this time.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="A model's name (default senformer), or a YAML file with `model`."),
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE of the model's configuration; repeat.")
    ] = None,
    batch_norm: Annotated[
        BatchNorm | None,
        typer.Option("--batch-norm", help="step: statistics in training, frozen by default."),
    ] = None,
    sequences: Annotated[
        int | None,
        typer.Option("--sequences", min=1, help="receptive-field: random sequences a site, 20 by default."),
    ] = None,
    variants: Annotated[
        int | None,
        typer.Option("--variants", min=1, help="score: variants that share a window, 8 by default."),
    ] = None,
    peer: Annotated[
        bool | None,
        typer.Option("--peer/--no-peer", help="Measure enformer-pytorch too; by default if found."),
    ] = None,
    peer_python: Annotated[
        str | None, typer.Option("--peer-python", help="An interpreter that has enformer-pytorch.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure time and memory, side by side with what one would take instead.

    Every case runs in a process of its own, ours and others' in turns; medians are written. An option that
    the benchmark does not read is an error.

    Example: senformer bench attention --out attention.json --kinds dense,bigbird --lengths 196608,393216
    """
    from senformer.workflow.measure.run import run_bench
    from senformer.workflow.measure.settings import make_settings
    from senformer.workflow.measure.summary import as_text

    settings = make_settings(
        what,
        lengths=lengths,
        kinds=kinds,
        backends=backends,
        device=device,
        precision=precision,
        repeats=repeats,
        threads=threads,
        minutes=minutes,
        model=model,
        changes=change or [],
        peer=peer,
        peer_python=peer_python,
        batch_norm=batch_norm.value if batch_norm else None,
        sequences=sequences,
        variants=variants,
        run=str(run) if run else None,
    )
    result = run_bench(settings, out)
    say(result, f"{as_text(result['rows'])}\nWritten to {out}.")
