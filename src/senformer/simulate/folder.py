"""Write a simulated world into one folder: genome, tracks, variants and the truth about them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
from jaxtyping import Float

from senformer.core.commit import (
    commit_file,
    new_folder,
    refuse_existing,
    remove,
    sha256,
    write_json,
)
from senformer.core.lock import folder_lock
from senformer.core.provenance import write_record
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.genome.vcf_write import write_vcf
from senformer.simulate.config import SimulateConfig, check_config
from senformer.simulate.far.genes import genes_table
from senformer.simulate.tracks import (
    CEILING_BIN_BP,
    noise_ceiling,
    whole_bins,
    write_tracks,
)
from senformer.simulate.truth import (
    elements_table,
    links_table,
    main_effect,
    sites_table,
    variant_name,
    variants_table,
)
from senformer.simulate.variants import allele
from senformer.simulate.world import World, make_world

DONE = "DONE.json"
LOCUS_BP = 32_768
_UNFINISHED = ".partial-world"
INFO = {
    "KIND": "break or weaken: a site lost or made weaker; create: a site completed; control: no effect",
    "MOTIF": "Motif that the variant lies in",
    "ELEMENT": "Planted element that the variant lies in or beside",
    "EFFECT": "Expected counts of ALT minus REF, summed over bins, in EFFECT_TRACK, at depth 1",
    "EFFECT_TRACK": "Track that changes most",
    "EFFECT_TOTAL": "Absolute change of expected counts, summed over 32-bp steps and tracks, at depth 1",
}
_LINE_BASES = 60
_LOWER_CASE_BIT = 0x20


def simulate(config: SimulateConfig, out: Path) -> dict[str, int]:
    """Write a simulated world into a new folder.

    Files: ``genome.fa.gz`` (bgzip, with ``.fai`` and ``.gzi``), ``tracks/*.bw``, ``tracks.tsv``,
    ``variants.vcf``, ``variants.tsv``, ``elements.tsv``, ``sites.tsv``, ``enhancer_links.tsv``,
    ``regions.bed``, ``ceiling.tsv``, with far enhancers ``genes.tsv``, ``run.json``, and ``DONE.json`` with
    the SHA-256 of all but ``run.json`` last.

    Parameters
    ----------
    config
        Settings; the same ones give the same bytes (``run.json``, which tells the time, aside).
    out
        Folder to make; it must not exist, or be empty but for what a killed run left. Files appear in it
        when all are written, ``DONE.json`` last.

    Returns
    -------
    Counts: chromosomes, bases, elements, tracks, variants.

    Raises
    ------
    ConfigError
        A setting is out of range; nothing is left behind.
    OutputError
        The folder holds something already, or cannot be made.
    LockedError
        Another process works in the folder.

    Notes
    -----
    The default world takes about 7 s and 0.2 GB.
    """
    check_config(config)
    out = Path(out)
    unfinished = out / _UNFINISHED
    if not (unfinished / DONE).is_file():
        refuse_existing(out)
    with folder_lock(out):
        if (unfinished / DONE).is_file():  # a kill came while the files were moved
            _move_up(unfinished)
        refuse_existing(out)
        remove(unfinished)
        with new_folder(unfinished):
            counts = _write_world(config, unfinished)
        _move_up(unfinished)
    return counts


def _move_up(unfinished: Path) -> None:
    """Move the files of a complete world to where they belong, the closing one last."""
    for child in sorted(unfinished.iterdir(), key=lambda path: path.name == DONE):
        child.rename(unfinished.parent / child.name)
    unfinished.rmdir()


def _write_world(config: SimulateConfig, folder: Path) -> dict[str, int]:
    """Write all files into ``folder`` and return the counts."""
    world = make_world(config)
    _write_genome(folder / "genome.fa.gz", world)
    write_tracks(folder, world.chrom_sizes, world.counts, world.known)
    _write_variants(folder / "variants.vcf", world)
    _write_truth(folder, world)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    settings, counts = config.model_dump(exclude_none=True), world.n_parts
    write_record(folder, "simulate", config=settings, seed=config.seed, counts=counts)
    write_json(folder / DONE, {"format": 1, "config": settings, "counts": counts, "sha256": sums})
    return counts


def fasta_text(world: World) -> str:
    """Return the genome as FASTA, 60 bases a line, repeats in lower case."""
    parts = []
    for chromosome in world.chromosomes:
        letters = np.frombuffer(decode(chromosome.codes).encode(), dtype=np.uint8).copy()
        for start, end in world.repeats[chromosome.name]:
            letters[start:end] |= _LOWER_CASE_BIT
        text = letters.tobytes().decode()
        parts.append(f">{chromosome.name}\n")
        parts.extend(text[at : at + _LINE_BASES] + "\n" for at in range(0, len(text), _LINE_BASES))
    return "".join(parts)


def _write_genome(path: Path, world: World) -> None:
    """Write the genome as bgzip FASTA with both of its indexes."""

    def compress(temporary: Path) -> None:
        with pysam.BGZFile(str(temporary), "wb", None) as handle:
            handle.write(fasta_text(world).encode())

    def index(fai: Path) -> None:
        def both(gzi: Path) -> None:
            pysam.faidx(str(path), "--fai-idx", str(fai), "--gzi-idx", str(gzi))

        commit_file(f"{path}.gzi", both)

    commit_file(path, compress)
    commit_file(f"{path}.fai", index)


def _write_variants(path: Path, world: World) -> None:
    """Write the variants with their truth as INFO fields."""
    records, info = [], []
    for index, variant in enumerate(world.variants):
        name, alleles = variant_name(index, variant), (allele(variant.ref), allele(variant.alt))
        records.append(Variant(variant.chrom, variant.start, *alleles, name))
        track, effect = main_effect(variant)
        info.append(
            {
                "KIND": variant.kind,
                "MOTIF": variant.motif or None,
                "ELEMENT": variant.element or None,
                "EFFECT": round(effect, 4),
                "EFFECT_TRACK": track or None,
                "EFFECT_TOTAL": round(variant.total, 4),
            }
        )
    write_vcf(path, records, world.chrom_sizes, info, descriptions=INFO)


def _write_truth(folder: Path, world: World) -> None:
    """Write the tables that tell what is true in this world."""
    tables = {
        "elements.tsv": elements_table(world.chromosomes, world.expected),
        "sites.tsv": sites_table(world.chromosomes),
        "enhancer_links.tsv": links_table(world.chromosomes),
        "variants.tsv": variants_table(world.variants),
        "ceiling.tsv": noise_ceiling(_in_bins(world, world.expected), _in_bins(world, world.counts)),
    }
    if world.chromosomes[0].far is not None:
        tables["genes.tsv"] = genes_table(world.chromosomes, world.expected, world.counts)
    for name, table in tables.items():
        commit_file(folder / name, _tsv_writer(table, header=True))
    commit_file(folder / "regions.bed", _tsv_writer(loci_table(world.chrom_sizes), header=False))


def _in_bins(world: World, values: dict[str, Float[np.ndarray, "step track"]]) -> np.ndarray:
    """Return the sums over the whole 128-bp bins of all chromosomes, one after the other."""
    sizes = world.chrom_sizes.items()
    return np.concatenate([whole_bins(values[chrom], size, CEILING_BIN_BP) for chrom, size in sizes])


def _tsv_writer(table: pd.DataFrame, *, header: bool) -> Callable[[Path], None]:
    """Return a writer of ``table`` as tab-separated text."""

    def write(temporary: Path) -> None:
        table.to_csv(temporary, sep="\t", index=False, header=header, lineterminator="\n")

    return write


def loci_table(chrom_sizes: dict[str, int]) -> pd.DataFrame:
    """Return loci to look at: three on the last chromosome (test), one on the one before it (valid).

    Parameters
    ----------
    chrom_sizes
        Chromosomes in order, with lengths in bp.

    Returns
    -------
    Columns ``chrom, start, end, name``; 32,768 bp wide, or a quarter of a chromosome shorter than four
    times that; starts and widths are multiples of 128 bp.
    """
    names = list(chrom_sizes)
    plan = [(names[-2], 0.5, "valid_1")] if len(names) > 1 else []
    plan += [(names[-1], place, f"test_{number}") for number, place in ((1, 0.2), (2, 0.5), (3, 0.8))]
    rows = []
    for chrom, place, name in plan:
        width = min(LOCUS_BP, chrom_sizes[chrom] // 4 // 128 * 128)
        start = int(place * chrom_sizes[chrom] - width / 2) // 128 * 128
        rows.append({"chrom": chrom, "start": start, "end": start + width, "name": name})
    return pd.DataFrame(rows)
