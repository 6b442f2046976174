"""A toy model, genome and VCF for scoring: small, fixed, and quick."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from senformer.genome.variant import Variant
from senformer.variants.measure import VariantScores
from senformer.variants.scorers import SCORERS

WINDOW_BP = 24
BIN_BP = 4
CROP_BINS = 1
TRACKS = [
    {"name": "cage plus", "assay": "CAGE", "strand": "+", "strand_pair": 1},
    {"name": "cage minus", "assay": "CAGE", "strand": "-", "strand_pair": 0},
    {"name": "dnase", "assay": "DNASE", "strand": ".", "strand_pair": 2},
]
GENOME = {
    "chrA": "ACGTTGCATGCCATTAGCAATCGGATTACCAGTTAGCATCCGATGGACTNNNNCGATTGCAAGTC",
    "chrB": "TTGACCATGGC",
}

DEFAULT = [SCORERS["SAD"], SCORERS["SAR"]]
SCORED = [
    VariantScores(Variant("chrA", 9, "A", "C", "rs7"), 0, np.array([[1.0, 2.0, 3.0], [0.1, 0.2, 0.3]])),
    VariantScores(Variant("chrB", 4, "G", "T"), 11, np.array([[-1.0, -2.0, -3.0], [-0.1, -0.2, -0.3]])),
]


class ToyModel(nn.Module):
    """Convolution, softplus, mean over bins, crop: predictions depend on every base of the window."""

    sums_over_bp = None

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.kernel = nn.Parameter(scale * torch.randn(len(TRACKS), 4, 7, generator=generator))
        self.config = SimpleNamespace(heads={"toy": len(TRACKS)})
        self.card = SimpleNamespace(heads={"toy": TRACKS}, training=None, sha256="toy")
        self.window_bp, self.bin_bp, self.crop_bins = WINDOW_BP, BIN_BP, CROP_BINS

    def forward(self, inputs, heads=None):
        """Return the only head; codes or one-hot in."""
        x = inputs if inputs.ndim == 3 else torch.eye(5, 4)[inputs.long()].transpose(1, 2)
        rate = nn.functional.softplus(nn.functional.conv1d(x, self.kernel, padding=3))
        bins = rate.unflatten(2, (-1, BIN_BP)).mean(3).transpose(1, 2)
        return {"toy": bins[:, CROP_BINS:-CROP_BINS]}


def write_genome(folder: Path) -> Path:
    """Write the toy genome as FASTA."""
    path = folder / "genome.fa"
    path.write_text("".join(f">{name}\n{bases}\n" for name, bases in GENOME.items()))
    return path


def vcf_line(chrom: str, position: int, alt: str, name: str = ".", ref: str = "") -> str:
    """Return one record; REF is the genome's base unless another is given."""
    ref = ref or GENOME[chrom][position - 1]
    return f"{chrom}\t{position}\t{name}\t{ref}\t{alt}\t.\tPASS\t."


def write_vcf_text(folder: Path, lines: list[str], name: str = "variants.vcf") -> Path:
    """Write records under a plain header."""
    path = folder / name
    head = ["##fileformat=VCFv4.2", *(f"##contig=<ID={k},length={len(v)}>" for k, v in GENOME.items())]
    head.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    path.write_text("\n".join([*head, *lines]) + "\n")
    return path


def every_snv(chrom: str, positions: range) -> list[tuple[str, int, str]]:
    """Return chromosome, 1-based position and ALT of every substitution there."""
    return [
        (chrom, position, alt)
        for position in positions
        for alt in "ACGT"
        if GENOME[chrom][position - 1] not in (alt, "N")
    ]


def random_predictions(n_bins: int, n_tracks: int, seed: int) -> np.ndarray:
    """Return positive values of shape (bin, track)."""
    return np.random.default_rng(seed).gamma(1.0, 1.0, (n_bins, n_tracks)).astype(np.float32)
