"""Make a simulated world in memory: background, elements, signal, measurement, variants."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from senformer.core.seeding import numpy_rng
from senformer.simulate.background import (
    chromosome_sizes,
    fill_gaps,
    markov_sequence,
    place_gaps,
    place_repeats,
)
from senformer.simulate.config import SimulateConfig, check_config
from senformer.simulate.effects import Chromosome
from senformer.simulate.elements import plant_elements
from senformer.simulate.far.layout import plant_far_elements
from senformer.simulate.grammar import known_fraction, signal_of_sites
from senformer.simulate.scan import find_sites
from senformer.simulate.tracks import TRACKS, sample_counts
from senformer.simulate.variants import SimulatedVariant, make_variants


@dataclass(frozen=True)
class World:
    """A simulated world in memory; every mapping is by chromosome.

    Attributes
    ----------
    chromosomes
        Sequence, elements and sites.
    repeats
        Stretches that the FASTA shows in lower case.
    expected, counts
        ``(step, track)``: the true mean at the chosen depth, and the measurement; counts per 32-bp step.
    known
        Known fraction of every step.
    variants
        Variants with exact effects.
    """

    chromosomes: list[Chromosome]
    repeats: dict[str, list[tuple[int, int]]]
    expected: dict[str, Float[np.ndarray, "step track"]]
    counts: dict[str, Float[np.ndarray, "step track"]]
    known: dict[str, Float[np.ndarray, " step"]]
    variants: list[SimulatedVariant]

    @property
    def chrom_sizes(self) -> dict[str, int]:
        """Length of every chromosome in bp."""
        return {chromosome.name: len(chromosome.codes) for chromosome in self.chromosomes}

    @property
    def n_parts(self) -> dict[str, int]:
        """How many chromosomes, bases, elements, tracks and variants there are."""
        return {
            "chromosomes": len(self.chromosomes),
            "bases": sum(self.chrom_sizes.values()),
            "elements": sum(len(chromosome.elements) for chromosome in self.chromosomes),
            "tracks": len(TRACKS),
            "variants": len(self.variants),
        }


def make_chromosome(chrom: str, length_bp: int, config: SimulateConfig) -> Chromosome:
    """Return one chromosome: background, elements in it, gaps, and the sites that a scan finds.

    It depends on the seed, its name and its length alone.
    """
    gaps = place_gaps(length_bp, numpy_rng(config.seed, "gaps", chrom))
    background = markov_sequence(length_bp, numpy_rng(config.seed, "background", chrom))
    rng = numpy_rng(config.seed, "elements", chrom)
    if config.far is None:
        planted, elements = plant_elements(chrom, background, config.spacing_bp, gaps, rng)
    else:
        planted, elements = plant_far_elements(chrom, background, config.far, gaps, rng)
    codes = fill_gaps(planted, gaps)
    return Chromosome(chrom, codes, elements, find_sites(codes), config.far)


def make_world(config: SimulateConfig) -> World:
    """Return a simulated world; the same config gives the same world.

    Raises
    ------
    ConfigError
        A setting is out of range.
    """
    check_config(config)
    sizes = chromosome_sizes(config.genome_bp, config.n_chromosomes)
    chromosomes = [make_chromosome(chrom, length_bp, config) for chrom, length_bp in sizes.items()]
    known = {c.name: known_fraction(c.codes) for c in chromosomes}
    expected = {c.name: signal_of_sites(c.sites, known[c.name], c.far) * config.depth for c in chromosomes}
    counts = {
        chrom: sample_counts(mean, config.dispersion, numpy_rng(config.seed, "noise", chrom))
        for chrom, mean in expected.items()
    }
    repeats = {
        chrom: place_repeats(length_bp, numpy_rng(config.seed, "repeats", chrom))
        for chrom, length_bp in sizes.items()
    }
    variants = make_variants(chromosomes, config.n_variants, numpy_rng(config.seed, "variants"))
    return World(chromosomes, repeats, expected, counts, known, variants)
