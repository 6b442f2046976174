"""A dataset with five experiments at transcription starts, one with gaps, and a tiny model that fits it."""

from pathlib import Path

import numpy as np
import torch

import senformer
from senformer.core.commit import write_text
from senformer.dataset import Dataset, DatasetConfig, build, open_dataset
from senformer.genome.sequence import decode
from senformer.tracks.bigwig import write_bigwig

SIZES = {"chr1": 700, "chr2": 1503, "chr3": 400}
BIN_BP, WINDOW_BP, CROP_BINS = 4, 64, 1
HEADER = "index\tname\tfile\tassay\tstrand\tstrand_pair\tscale\tsqrt\tuncovered"
TRACKS = [
    ("a+", "CAGE", "+", 3, 2, 0),
    ("b+", "CAGE", "+", 4, 0.5, 1),
    ("open", "ATAC", ".", 2, 1, 0),
    ("a-", "CAGE", "-", 0, 2, 0),
    ("b-", "CAGE", "-", 1, 0.5, 1),
    ("c", "cage", ".", 5, 1, 0),
    ("d", "RAMPAGE", ".", 6, 1, 0),
    ("e", "RAMPAGE", ".", 7, 1, 0),
]
# What the default chooses: columns of genes on + and on -.
EXPERIMENTS = {"a+": (0, 3), "b+": (1, 4), "c": (5, 5), "d": (6, 6), "e": (7, 7)}
# On chr2, all of which is the test split; 0-based starts.
STARTS = (("g0", 200, "+"), ("g1", 231, "-"), ("g2", 600, "+"), ("g3", 601, "+"), ("g4", 900, "-"),
          ("g5", 1111, "+"), ("g6", 1300, "-"), ("g7", 1400, "+"), ("g8", 810, "-"),
          ("g9", 455, "+"))  # fmt: skip


def build_world(folder: Path) -> Dataset:
    """Write genome and tracks, build the dataset, and open it."""
    rng = np.random.default_rng(12)
    text = {chrom: decode(rng.integers(0, 4, size).astype(np.uint8)) for chrom, size in SIZES.items()}
    write_text(folder / "genome.fa", "".join(f">{chrom}\n{bases}\n" for chrom, bases in text.items()))
    lines = [HEADER]
    for index, (name, assay, strand, pair, scale, sqrt) in enumerate(TRACKS):
        write_bigwig(folder / f"{name}.bw", SIZES, _blocks(name, rng), bin_bp=1)
        fields = (index, name, f"{name}.bw", assay, strand, pair, scale, "true" if sqrt else "false", "nan")
        lines.append("\t".join(map(str, fields)))
    write_text(folder / "tracks.tsv", "\n".join(lines) + "\n")
    config = DatasetConfig(
        genome=str(folder / "genome.fa"),
        tracks=str(folder / "tracks.tsv"),
        organism="toy",
        window_bp=WINDOW_BP,
        bin_bp=BIN_BP,
        crop_bins=CROP_BINS,
        split={"valid": ["chr3"], "test": ["chr2"]},
    )
    build(config, folder / "dataset")
    return open_dataset(folder / "dataset")


def _blocks(name: str, rng: np.random.Generator):
    for chrom, size in SIZES.items():
        values = rng.gamma(0.5, 8.0, size).astype(np.float32)
        if chrom == "chr2":
            # g7 is measured nowhere, g6 is not in experiment d.
            values[1390:1412] = np.nan
            if name == "d":
                values[1290:1312] = np.nan
        yield chrom, 0, values


def save_model(folder: Path, dataset: Dataset) -> Path:
    """Save an untrained model whose card holds the dataset's tracks, and return its folder."""
    torch.manual_seed(3)
    sizes = {"channels": 8, "channel_divisor": 4, "n_layers": 1, "n_heads": 2, "key_size": 2}
    settings = {"window_bp": WINDOW_BP, "crop_bins": CROP_BINS, "heads": {"toy": len(TRACKS)}}
    model = senformer.create_model("enformer", **sizes, n_conv_blocks=1, n_position_features=6, **settings)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
    keys = ("name", "assay", "strand", "strand_pair", "description", "scale", "clip", "clip_soft", "sqrt")
    tracks = [{key: getattr(track, key) for key in (*keys, "sum_stat")} for track in dataset.tracks]
    model.card.heads = {"toy": tracks}
    model.card.training = {"intervals": {"toy": [["chr1", 0, 700]]}}
    model.save(folder)
    return folder


def bed_lines(starts=STARTS, chrom="chr2") -> str:
    """Return genes of 40 bp as BED."""
    spans = [(tss - 39, tss + 1) if strand == "-" else (tss, tss + 40) for _, tss, strand in starts]
    pairs = zip(starts, spans, strict=True)
    return "".join(f"{chrom}\t{lo}\t{hi}\t{name}\t0\t{strand}\n" for (name, _, strand), (lo, hi) in pairs)
