"""``senformer simulate``."""

from typing import Annotated

import typer

from senformer.cli.choices import Out
from senformer.cli.output import Json, say


def simulate(
    out: Out,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same files.")] = 1,
    genome_bp: Annotated[int, typer.Option("--genome-bp", help="Size of the genome in bp.")] = 4_000_000,
    chromosomes: Annotated[int, typer.Option("--chromosomes", help="Number of chromosomes.")] = 8,
    variants: Annotated[int, typer.Option("--variants", help="Number of variants.")] = 480,
    far: Annotated[
        bool, typer.Option("--far", help="Enhancers act over 20 to 600 kb, in place of near ones.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a genome with planted regulatory grammar, its tracks, and variants of known effect.

    Example: senformer simulate --out world --seed 7
    """
    from senformer.simulate import SimulateConfig
    from senformer.simulate import simulate as make_world
    from senformer.simulate.far.config import FarConfig

    config = SimulateConfig(
        genome_bp=genome_bp,
        n_chromosomes=chromosomes,
        n_variants=variants,
        seed=seed,
        far=FarConfig() if far else None,
    )
    result = make_world(config, out)
    say({"out": str(out), **result}, f"Simulated world in {out}: {_listing(result)}")


def _listing(result: dict) -> str:
    return ", ".join(f"{key.removeprefix('n_')} {value}" for key, value in result.items())
