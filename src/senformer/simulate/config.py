"""Settings of a simulated world."""

from senformer.core.config import Config
from senformer.core.errors import ConfigError
from senformer.simulate.background import chromosome_sizes
from senformer.simulate.far.config import APART, FarConfig

MIN_CHROMOSOME_BP = 12_000
MIN_SPACING_BP = 900
BP_PER_VARIANT = 1_000


class SimulateConfig(Config):
    """Settings of a simulated world.

    Attributes
    ----------
    genome_bp
        Length of all chromosomes together, in bp.
    n_chromosomes
        Number of chromosomes, chr1 the longest.
    seed
        The whole world follows from it.
    n_variants
        Number of variants with known effect.
    spacing_bp
        Mean distance of neighbouring elements, in bp.
    depth
        Sequencing depth: factor on all expected counts.
    dispersion
        Over-dispersion of the counts: variance = mean + dispersion x mean^2; 0 is Poisson.
    far
        Enhancers that act over tens to hundreds of kilobases, in place of the near ones; None for near ones.
        ``spacing_bp`` has no say then.
    """

    genome_bp: int = 4_000_000
    n_chromosomes: int = 8
    seed: int = 1
    n_variants: int = 480
    spacing_bp: int = 2_000
    depth: float = 1.0
    dispersion: float = 0.02
    far: FarConfig | None = None


def check_config(config: SimulateConfig) -> None:
    """Raise unless a world can be made with these settings.

    Raises
    ------
    ConfigError
        A value is out of range; the message names it, what it is and what would do.
    """
    where = "simulate"
    if config.n_chromosomes < 1:
        raise ConfigError("E350", where, f"n_chromosomes is {config.n_chromosomes}", "Use 1 or more.")
    needed = MIN_CHROMOSOME_BP * config.n_chromosomes
    if config.genome_bp < needed:
        raise ConfigError(
            "E351",
            where,
            f"genome_bp is {config.genome_bp:,}, too small for {config.n_chromosomes} chromosomes",
            f"Use at least {needed:,} (12,000 bp a chromosome), or fewer chromosomes.",
        )
    if not 0 <= config.n_variants <= config.genome_bp // BP_PER_VARIANT:
        raise ConfigError(
            "E352",
            where,
            f"n_variants is {config.n_variants:,}",
            f"Use 0 to {config.genome_bp // BP_PER_VARIANT:,}: one in 1,000 bp of the genome at most.",
        )
    if config.spacing_bp < MIN_SPACING_BP:
        raise ConfigError(
            "E353",
            where,
            f"spacing_bp is {config.spacing_bp}: elements would overlap",
            f"Use {MIN_SPACING_BP} or more.",
        )
    if config.seed < 0:
        raise ConfigError("E355", where, f"seed is {config.seed}", "Use 0 or a positive number.")
    if not 0 < config.depth <= 1000 or not 0 <= config.dispersion <= 1:
        raise ConfigError(
            "E354",
            where,
            f"depth is {config.depth}, dispersion is {config.dispersion}",
            "Use a depth above 0 and up to 1000, and a dispersion from 0 to 1.",
        )
    if config.far is not None:
        _check_far(config, config.far)


def _check_far(config: SimulateConfig, far: FarConfig) -> None:
    """Raise unless every chromosome holds an enhancer of each code and promoters without one."""
    needed = round(APART[0] * far.max_bp)
    shortest = min(chromosome_sizes(config.genome_bp, config.n_chromosomes).values())
    if shortest < needed:
        raise ConfigError(
            "E356",
            "simulate",
            f"far.max_bp is {far.max_bp:,} and the shortest chromosome has {shortest:,} bp",
            f"Use chromosomes of {needed:,} bp or more (a larger genome_bp, fewer n_chromosomes), or a "
            "smaller far.max_bp.",
        )
