"""A tiny model whose output is plain arithmetic on base counts, and a genome for it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from senformer.core.config import Config
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.sequence import decode, reverse_complement

HEAD = "toy"
# Tracks 0 and 2 are the two strands of one experiment; track 1 is unstranded.
TRACKS = [
    {"name": "plus", "assay": "CAGE", "strand": "+", "strand_pair": 2, "scale": 2.0, "clip_soft": 1.5},
    {"name": "atac", "assay": "ATAC", "strand": ".", "strand_pair": 1, "scale": 0.5},
    {"name": "minus", "assay": "CAGE", "strand": "-", "strand_pair": 0, "scale": 2.0, "clip_soft": 1.5},
]


class ToyConfig(Config):
    """Geometry and heads of the toy model."""

    window_bp: int
    bin_bp: int
    crop_bins: int
    heads: dict[str, int] = {HEAD: 3}


class ToyModel(nn.Module):
    """Weighted base counts of a bin and its neighbors: reads one bin to each side and no further."""

    def __init__(self, window_bp: int = 64, bin_bp: int = 4, crop_bins: int = 1) -> None:
        super().__init__()
        self.config = ToyConfig(window_bp=window_bp, bin_bp=bin_bp, crop_bins=crop_bins)
        self.window_bp, self.bin_bp, self.crop_bins = window_bp, bin_bp, crop_bins
        self.card = SimpleNamespace(heads={HEAD: TRACKS}, training=None)
        generator = torch.Generator().manual_seed(3)
        self.weight = nn.Parameter(torch.rand(4, 3, generator=generator))
        self.dropout = nn.Dropout(0.9)
        self.n_calls = 0
        self.largest_batch = 0

    def forward(self, inputs: torch.Tensor, heads: list[str] | None = None) -> dict[str, torch.Tensor]:
        assert inputs.dtype == torch.uint8
        self.n_calls += 1
        self.largest_batch = max(self.largest_batch, len(inputs))
        one_hot = torch.eye(5, 4, device=inputs.device)[inputs.long()]
        counts = one_hot.unflatten(1, (-1, self.bin_bp)).sum(2)
        values = self.dropout(counts @ self.weight)
        around = nn.functional.pad(values, (0, 0, 1, 1))
        blurred = 0.5 * around[:, :-2] + around[:, 1:-1] + 0.25 * around[:, 2:]
        stop = blurred.shape[1] - self.crop_bins
        outputs = {HEAD: blurred[:, self.crop_bins : stop]}
        return {head: outputs[head] for head in heads or [HEAD]}


def write_genome(folder: Path, sizes: dict[str, int], seed: int = 5) -> FastaReader:
    """Write a random genome with some N and open it."""
    rng = np.random.default_rng(seed)
    lines = []
    for chrom, size in sizes.items():
        codes = rng.choice(5, size=size, p=[0.3, 0.2, 0.2, 0.25, 0.05]).astype(np.uint8)
        lines.append(f">{chrom}\n{decode(codes)}\n")
    path = folder / "genome.fa"
    path.write_text("".join(lines))
    return open_fasta(path)


__all__ = ["HEAD", "TRACKS", "ToyModel", "reverse_complement", "write_genome"]
