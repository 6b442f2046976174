"""A dataset of two chromosomes and a tiny saved model that fits it."""

from pathlib import Path

import numpy as np
import torch

import senformer
from senformer.core.commit import write_text
from senformer.dataset import DatasetConfig, build
from senformer.genome.sequence import decode
from senformer.tracks.bigwig import write_bigwig

SIZES = {"chr1": 700, "chr2": 903}
BIN_BP, WINDOW_BP, CROP_BINS = 4, 64, 1
TABLE = [
    "index\tname\tfile\tassay\tstrand\tstrand_pair\tscale\tclip_soft\tuncovered",
    "0\tplus\tplus.bw\tCAGE\t+\t2\t2\t30\tzero",
    "1\tatac\tatac.bw\tATAC\t.\t1\t0.5\t\tnan",
    "2\tminus\tminus.bw\tCAGE\t-\t0\t2\t30\tzero",
    "3\tflat\tflat.bw\tATAC\t.\t3\t1\t\tzero",
    "4\tdark\tdark.bw\t\t.\t4\t1\t\tnan",
]


def build_dataset(folder: Path) -> Path:
    """Write genome and tracks, build the dataset, and return its folder."""
    rng = np.random.default_rng(11)
    text = {chrom: decode(rng.integers(0, 4, size).astype(np.uint8)) for chrom, size in SIZES.items()}
    write_text(folder / "genome.fa", "".join(f">{chrom}\n{bases}\n" for chrom, bases in text.items()))
    for name in ("plus", "atac", "minus", "flat", "dark"):
        write_bigwig(folder / f"{name}.bw", SIZES, _blocks(name, rng), bin_bp=1)
    write_text(folder / "tracks.tsv", "\n".join(TABLE) + "\n")
    config = DatasetConfig(
        genome=str(folder / "genome.fa"),
        tracks=str(folder / "tracks.tsv"),
        organism="toy",
        window_bp=WINDOW_BP,
        bin_bp=BIN_BP,
        crop_bins=CROP_BINS,
        split={"valid": [], "test": ["chr2"]},
    )
    build(config, folder / "dataset")
    return folder / "dataset"


def _blocks(name: str, rng: np.random.Generator):
    for chrom, size in SIZES.items():
        values = rng.gamma(0.5, 8.0, size).astype(np.float32)
        if name == "flat":
            values[:] = 3
        if name == "atac":
            values[size // 3 : size // 2] = np.nan
        if name == "dark" and chrom == "chr2":
            # One bin in a stretch that no window's target reaches: no data in the test split.
            values[4:] = np.nan
        yield chrom, 0, values


def save_model(folder: Path, dataset, **changes) -> Path:
    """Save an untrained model whose card holds the dataset's tracks, and return its folder."""
    torch.manual_seed(2)
    sizes = {"channels": 8, "channel_divisor": 4, "n_layers": 1, "n_heads": 2, "key_size": 2}
    settings = {"window_bp": WINDOW_BP, "crop_bins": CROP_BINS, "heads": {"toy": 5}, **changes}
    model = senformer.create_model("enformer", **sizes, n_conv_blocks=1, n_position_features=6, **settings)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
    keys = ("name", "assay", "strand", "strand_pair", "description", "scale", "clip", "clip_soft", "sqrt")
    tracks = [{key: getattr(track, key) for key in (*keys, "sum_stat")} for track in dataset.tracks]
    model.card.heads = {"toy": tracks} if settings["heads"] == {"toy": 5} else model.card.heads
    model.card.training = {"intervals": {"toy": [["chr1", 0, 700]]}}
    model.save(folder)
    return folder
