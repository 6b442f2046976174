"""A small world in which everything fits: genome, tracks, regions, variants, configuration, model."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.dataset.toy import write_signal
from tests.model.toy import small_model

from senformer.genome.sequence import decode
from senformer.workflow.doctor.inputs import Asked

SIZES = {"chr1": 24_000, "chr2": 12_000, "chr3": 10_000}
COLUMNS = ("index", "name", "file", "assay", "strand", "strand_pair", "missing_chroms", "scale")
ROWS = {
    "dnase": ("0", "dnase", "dnase.bw", "DNASE", ".", "0", "error", "1"),
    "cage_plus": ("1", "cage_plus", "cage_plus.bw", "CAGE", "+", "2", "error", "1"),
    "cage_minus": ("2", "cage_minus", "cage_minus.bw", "CAGE", "-", "1", "error", "1"),
}
CONFIG = """dataset:
  organism: human
  window_bp: 320
  bin_bp: 8
  crop_bins: 3
  split: {by: chromosome, valid: [chr2], test: [chr3]}
"""


@dataclass(frozen=True)
class World:
    """The folder of the world, its bases and the signal of every track."""

    folder: Path
    bases: dict[str, str]
    signal: dict[str, dict[str, np.ndarray]]

    def __getattr__(self, name: str) -> Path:
        """Return the path of a file: ``world.regions``."""
        files = {
            "genome": "genome.fa",
            "tracks": "tracks.tsv",
            "regions": "regions.bed",
            "variants": "variants.vcf",
            "config": "config.yaml",
            "model": "model",
        }
        if name not in files:
            raise AttributeError(name)
        return self.folder / files[name]

    def asked(self, *names: str) -> Asked:
        """Return what to check: genome, and what is named."""
        return Asked(**{name: getattr(self, name) for name in ("genome", *names)})

    def edit(self, name: str, old: str, new: str, count: int = 1) -> None:
        """Replace text in a file, which must be there."""
        path = getattr(self, name)
        text = path.read_text()
        assert old in text, (old, text[:500])
        path.write_text(text.replace(old, new, count))

    def rewrite(self, track: str, change) -> None:
        """Write a track's file anew with its signal changed, chromosome by chromosome."""
        write_signal(
            self.folder / f"{track}.bw", {chrom: change(v.copy()) for chrom, v in self.signal[track].items()}
        )

    def set_row(self, track: str, column: str, value: str) -> None:
        """Change one field of the track table."""
        lines = [line.split("\t") for line in self.tracks.read_text().splitlines()]
        place = lines[0].index(column)
        for line in lines[1:]:
            if line[1] == track:
                line[place] = value
        self.tracks.write_text("".join("\t".join(line) + "\n" for line in lines))

    def copy(self, folder: Path) -> "World":
        """Return a copy that may be spoilt."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*.fai"))
        return World(folder, dict(self.bases), self.signal)

    def write_variants(self, records, header: str = "") -> None:
        """Write records of (chrom, position, ref, alt)."""
        lines = [
            "##fileformat=VCFv4.2",
            *header.splitlines(),
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
        ]
        lines += [f"{chrom}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t." for chrom, pos, ref, alt in records]
        self.variants.write_text("\n".join(lines) + "\n")

    def snvs(self, n: int = 60) -> list[tuple[str, int, str, str]]:
        """Return single-base variants with the genome's REF, along chr1."""
        bases = self.bases["chr1"]
        positions = range(101, 101 + 300 * n, 300)
        return [("chr1", p, bases[p - 1], "ACGT"["ACGT".index(bases[p - 1]) - 1]) for p in positions]


def write_world(folder: Path) -> World:
    """Write the world into a new folder."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(11)
    bases = {chrom: decode(rng.integers(0, 4, size).astype(np.uint8)) for chrom, size in SIZES.items()}
    write_genome(folder / "genome.fa", bases)
    signal = {name: {chrom: _counts(rng, size) for chrom, size in SIZES.items()} for name in ROWS}
    world = World(folder, bases, signal)
    for name in ROWS:
        write_signal(folder / f"{name}.bw", signal[name])
    write_table(world.tracks, ROWS.values())
    regions = [
        f"{chrom}\t{start}\t{start + 400}\tr{start}\n" for chrom in SIZES for start in (500, 2_000, 5_000)
    ]
    world.regions.write_text("".join(regions))
    contigs = "\n".join(f"##contig=<ID={chrom},length={size}>" for chrom, size in SIZES.items())
    world.write_variants(world.snvs(), contigs)
    world.config.write_text(CONFIG)
    write_model(world)
    return world


def _counts(rng: np.random.Generator, size: int) -> np.ndarray:
    values = rng.poisson(0.4, size).astype(np.float32)
    values[values == 0] = np.nan  # a bigWig of counts leaves zeros out
    return values


def write_genome(path: Path, bases: dict[str, str]) -> None:
    """Write a genome, 60 bases a line, and drop its index."""
    lines = []
    for chrom, text in bases.items():
        lines += [f">{chrom}", *(text[low : low + 60] for low in range(0, len(text), 60))]
    path.write_text("\n".join(lines) + "\n")
    path.with_name(path.name + ".fai").unlink(missing_ok=True)


def write_table(path: Path, rows) -> None:
    """Write a track table."""
    path.write_text("\n".join("\t".join(row) for row in [COLUMNS, *rows]) + "\n")


def write_model(world: World, **changes) -> None:
    """Write a model whose card says that it was trained on this world."""
    model = small_model(n_conv_blocks=2, window_bp=320, crop_bins=3, heads={"human": 3})
    model.card.heads = {
        "human": [
            {"name": row[1], "assay": row[3], "strand": row[4], "strand_pair": int(row[5]), "scale": 1.0,
             "sum_stat": "sum", "sqrt": False, "clip": None, "clip_soft": None}
            for row in ROWS.values()
        ]
    }  # fmt: skip
    model.card.training = {"intervals": {"human": [["chr1", 0, 24_000]]}}
    for key, value in changes.items():
        setattr(model.card, key, value)
    shutil.rmtree(world.model, ignore_errors=True)
    model.save(world.model)
