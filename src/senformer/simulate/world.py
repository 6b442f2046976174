"""Make a whole simulated world: genome, tracks, variants and the truth about them, in one folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
from jaxtyping import Float

from senformer.core.commit import commit_file, new_folder, sha256, write_json
from senformer.core.provenance import write_record
from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.genome.vcf import write_vcf
from senformer.simulate.background import (
    chromosome_sizes,
    fill_gaps,
    markov_sequence,
    place_gaps,
    place_repeats,
)
from senformer.simulate.config import SimulateConfig, check_config
from senformer.simulate.elements import plant_elements
from senformer.simulate.grammar import known_fraction, signal_of_sites
from senformer.simulate.scan import find_sites
from senformer.simulate.tracks import TRACK_NAMES, noise_ceiling, sample_counts, write_tracks
from senformer.simulate.truth import elements_table, links_table, sites_table, variants_table
from senformer.simulate.variants import Chromosome, SimulatedVariant, allele, make_variants

LOCUS_BP = 32_768
_LINE_BASES = 60


@dataclass(frozen=True)
class World:
    """A simulated world in memory.

    Attributes
    ----------
    chromosomes
        Sequence, elements and sites of every chromosome.
    repeats
        Stretches that the FASTA shows in lower case.
    expected, counts
        Per chromosome ``(step, track)``: true mean at depth 1 times the depth, and the measurement.
    known
        Per chromosome, known fraction of every step.
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


def make_world(config: SimulateConfig) -> World:
    """Return a simulated world; the same config gives the same world.

    Raises
    ------
    ConfigError
        A setting is out of range.
    """
    check_config(config)
    chromosomes, repeats, expected, counts, known = [], {}, {}, {}, {}
    for chrom, length_bp in chromosome_sizes(config.genome_bp, config.n_chromosomes).items():
        gaps = place_gaps(length_bp, numpy_rng(config.seed, "gaps", chrom))
        background = markov_sequence(length_bp, numpy_rng(config.seed, "background", chrom))
        rng = numpy_rng(config.seed, "elements", chrom)
        codes, elements = plant_elements(chrom, background, config.spacing_bp, gaps, rng)
        codes = fill_gaps(codes, gaps)
        sites = find_sites(codes)
        chromosomes.append(Chromosome(chrom, codes, elements, sites))
        repeats[chrom] = place_repeats(length_bp, numpy_rng(config.seed, "repeats", chrom))
        known[chrom] = known_fraction(codes)
        expected[chrom] = signal_of_sites(sites, known[chrom]) * config.depth
        noise = numpy_rng(config.seed, "noise", chrom)
        counts[chrom] = sample_counts(expected[chrom], 1.0, config.dispersion, noise)
    variants = make_variants(chromosomes, config.n_variants, numpy_rng(config.seed, "variants"))
    return World(chromosomes, repeats, expected, counts, known, variants)


def simulate(config: SimulateConfig, out: Path) -> dict[str, int]:
    """Write a simulated world into a new folder.

    Files: ``genome.fa.gz`` (bgzip, with ``.fai`` and ``.gzi``), ``tracks/*.bw``, ``tracks.tsv``,
    ``variants.vcf``, ``variants.tsv``, ``elements.tsv``, ``sites.tsv``, ``enhancer_links.tsv``,
    ``regions.bed``, ``ceiling.tsv``, ``run.json``, and ``DONE.json`` last.

    Parameters
    ----------
    config
        Settings; the same ones give the same bytes (but for ``run.json``).
    out
        Folder to make; it must not exist, or be empty.

    Returns
    -------
    Counts: chromosomes, bases, elements, tracks, variants.

    Raises
    ------
    ConfigError
        A setting is out of range; nothing is left behind.
    OutputError
        The folder holds something already.
    """
    world = make_world(config)
    counts = {
        "chromosomes": len(world.chromosomes),
        "bases": sum(world.chrom_sizes.values()),
        "elements": sum(len(chromosome.elements) for chromosome in world.chromosomes),
        "tracks": len(TRACK_NAMES),
        "variants": len(world.variants),
    }
    with new_folder(out) as folder:
        _write_genome(folder / "genome.fa.gz", world)
        write_tracks(folder, world.chrom_sizes, world.counts, world.known)
        _write_variants(folder / "variants.vcf", world)
        _write_truth(folder, world)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        sums = {str(path.relative_to(folder)): sha256(path) for path in files}
        write_record(folder, "simulate", config=config.model_dump(), seed=config.seed, counts=counts)
        write_json(folder / "DONE.json", {"format": 1, "counts": counts, "sha256": sums})
    return counts


def _fasta_text(world: World) -> str:
    """Return the genome as FASTA, 60 bases a line, repeats in lower case."""
    parts = []
    for chromosome in world.chromosomes:
        letters = np.frombuffer(decode(chromosome.codes).encode(), dtype=np.uint8).copy()
        for start, end in world.repeats[chromosome.name]:
            letters[start:end] |= 0x20
        text = letters.tobytes().decode()
        parts.append(f">{chromosome.name}\n")
        parts.extend(text[at : at + _LINE_BASES] + "\n" for at in range(0, len(text), _LINE_BASES))
    return "".join(parts)


def _write_genome(path: Path, world: World) -> None:
    """Write the genome as bgzip FASTA with both of its indexes."""

    def compress(temporary: Path) -> None:
        with pysam.BGZFile(str(temporary), "wb") as handle:
            handle.write(_fasta_text(world).encode())

    commit_file(path, compress)
    pysam.faidx(str(path))


def _write_variants(path: Path, world: World) -> None:
    """Write the variants with their truth as INFO fields."""
    records, info = [], []
    for index, variant in enumerate(world.variants):
        name = f"sim{index:04d}_{variant.kind}"
        records.append(Variant(variant.chrom, variant.start, allele(variant.ref), allele(variant.alt), name))
        info.append(
            {
                "KIND": variant.kind,
                "MOTIF": variant.motif or ".",
                "ELEMENT": variant.element or ".",
                "EFFECT": round(float(variant.effect[variant.main_track]), 4),
                "EFFECT_TRACK": TRACK_NAMES[variant.main_track],
                "EFFECT_TOTAL": round(variant.total, 4),
            }
        )
    write_vcf(path, records, world.chrom_sizes, info)


def _write_truth(folder: Path, world: World) -> None:
    """Write the tables that tell what is true in this world."""
    chroms = world.chrom_sizes
    expected = np.concatenate([rebin_whole(world.expected[chrom]) for chrom in chroms])
    counts = np.concatenate([rebin_whole(world.counts[chrom]) for chrom in chroms])
    tables = {
        "elements.tsv": elements_table(world.chromosomes, world.expected),
        "sites.tsv": sites_table(world.chromosomes),
        "enhancer_links.tsv": links_table(world.chromosomes),
        "variants.tsv": variants_table(world.variants),
        "ceiling.tsv": noise_ceiling(expected, counts),
    }
    for name, table in tables.items():
        commit_file(folder / name, _tsv_writer(table, header=True))
    commit_file(folder / "regions.bed", _tsv_writer(loci_table(chroms), header=False))


def rebin_whole(values: Float[np.ndarray, "step track"]) -> Float[np.ndarray, "step track"]:
    """Return the steps that fill whole 128-bp bins, so that chromosomes can be put together."""
    factor = 4
    return values[: len(values) // factor * factor]


def _tsv_writer(table: pd.DataFrame, *, header: bool) -> Callable[[Path], None]:
    def write(temporary: Path) -> None:
        table.to_csv(temporary, sep="\t", index=False, header=header, lineterminator="\n")

    return write


def loci_table(chrom_sizes: dict[str, int]) -> pd.DataFrame:
    """Return loci to look at: three on the last chromosome (test), one on the one before it (valid)."""
    rows = []
    names = list(chrom_sizes)
    plan = [(names[-1], 0.2, "test_1"), (names[-1], 0.5, "test_2"), (names[-1], 0.8, "test_3")]
    if len(names) > 1:
        plan.insert(0, (names[-2], 0.5, "valid_1"))
    for chrom, place, name in plan:
        width = min(LOCUS_BP, chrom_sizes[chrom] // 4 // 128 * 128)
        start = int(place * chrom_sizes[chrom] - width / 2) // 128 * 128
        rows.append({"chrom": chrom, "start": start, "end": start + width, "name": name})
    return pd.DataFrame(rows)
