"""How far delta inference is from whole passes at the published size, dense and sparse, with random weights.

Substitutions of one and of four bases, insertions and deletions of a measured genome; forward strand, all
bins and tracks. Of each allele: the largest difference relative to the largest prediction, and relative to
the largest effect (ALT - REF) of the whole passes. The file is written anew after every allele.

    python benchmarks/delta_exactness.py --genome sacCer3.fa.gz --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import senformer
from senformer.core.commit import write_json
from senformer.core.provenance import versions
from senformer.genome.fasta import FastaReader, open_fasta
from senformer.genome.interval import Interval
from senformer.genome.sequence import decode
from senformer.genome.variant import Variant
from senformer.predict.delta import DeltaPredictor
from senformer.predict.predictor import Predictor
from senformer.variants.alleles import read_alleles
from senformer.variants.loci import Locus

HEADS = {"human": 5313}
# Bases removed and added, one kind after the other.
KINDS = {"SNV": (1, 1), "MNV": (4, 4), "insertion": (1, 18), "deletion": (25, 1)}
SEED = 7
# Of weights, so that one base is still felt behind the last layer.
GAIN = 1.5


def draw_weights(model: nn.Module) -> nn.Module:
    """Draw every weight, so that attention, which begins as nothing, takes part."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if not value.is_floating_point():
                continue
            if value.ndim > 1:
                value.normal_(0, GAIN * value[0].numel() ** -0.5, generator=generator)
            elif name.endswith(("weight", "running_var")):
                value.uniform_(0.5, 1.5, generator=generator)
            else:
                value.uniform_(-0.1, 0.1, generator=generator)
    return model.eval()


def draw_variants(
    fasta: FastaReader, window_bp: int, n: int, rng: np.random.Generator
) -> tuple[Interval, list[tuple[str, Variant]]]:
    """Return a window and variants of it, kinds in turn: every second one at its center."""
    chrom = max(fasta.chrom_sizes, key=lambda name: fasta.chrom_sizes[name])
    start = int(rng.integers(fasta.chrom_sizes[chrom] - window_bp))
    window = Interval(chrom, start, start + window_bp)
    found = []
    for number in range(n):
        kind = list(KINDS)[number % len(KINDS)]
        removed, added = KINDS[kind]
        centered = (number // len(KINDS)) % 2 == 0
        place = window.center + number if centered else start + int(rng.integers(100, window_bp - 100))
        ref = decode(fasta.fetch(chrom, place, place + removed))
        found.append((kind, Variant(chrom, place, ref, _other(kind, ref, added, rng))))
    return window, found


def _other(kind: str, ref: str, n_bp: int, rng: np.random.Generator) -> str:
    """Return an ALT: every base another, or further ones behind the first."""
    if kind in ("SNV", "MNV"):
        return "".join("ACGT"[("ACGT".index(base) + int(rng.integers(1, 4))) % 4] for base in ref)
    return ref[0] + "".join(rng.choice(list("ACGT"), n_bp - 1))


def compare(model: Any, head: str, fasta: FastaReader, n: int) -> Iterator[dict[str, Any]]:
    """Yield one row an allele."""
    predictor = Predictor(model, device="cpu", strands="forward", batch_size=1)
    window, variants = draw_variants(fasta, model.window_bp, n, np.random.default_rng(SEED))
    with predictor.hold():
        for number, (kind, variant) in enumerate(variants):
            codes, alleles = read_alleles(Locus(window, (variant,)), fasta, ("left",))
            if number == 0:
                whole_ref = predictor.predict(codes[None], head)[0]
                reference = DeltaPredictor(predictor).reference(codes, head)
            other = next(alleles).windows
            times = [time.perf_counter()]
            whole = predictor.predict(other, head)[0]
            times.append(time.perf_counter())
            delta = reference.alternatives(other)[0]
            times.append(time.perf_counter())
            effect, found = whole - whole_ref, delta - reference.prediction
            yield {
                "kind": kind,
                "offset_bp": variant.change.start - window.center,
                "of_prediction": float(np.abs(delta - whole).max() / np.abs(whole).max()),
                "of_effect": float(np.abs(found - effect).max() / np.abs(effect).max()),
                "largest_prediction": float(np.abs(whole).max()),
                "largest_effect": float(np.abs(effect).max()),
                "seconds_whole": round(times[1] - times[0], 2),
                "seconds_delta": round(times[2] - times[1], 2),
            }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--genome", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--variants", type=int, default=20)
    parser.add_argument("--models", nargs="+", default=["enformer", "senformer"])
    parser.add_argument("--small", action="store_true", help="small models, as a trial")
    options = parser.parse_args()
    small = {"channels": 16, "channel_divisor": 4, "n_heads": 2, "key_size": 4, "n_layers": 3}
    if options.small:
        small |= {"n_position_features": 6, "window_bp": 128 * 80, "crop_bins": 8}
    fasta, rows = open_fasta(options.genome), []
    for name in options.models:
        model = draw_weights(senformer.create_model(name, heads=HEADS, **(small if options.small else {})))
        for row in compare(model, "human", fasta, options.variants):
            rows.append({"model": name, **row})
            print(*rows[-1].values(), sep="\t", flush=True)
            write_json(options.out, record(rows, model.window_bp))


def record(rows: list[dict[str, Any]], window_bp: int) -> dict[str, Any]:
    """Return the file's content."""
    worst: dict[str, dict[str, float]] = {}
    for row in rows:
        old = worst.get(row["model"], {"of_prediction": 0.0, "of_effect": 0.0})
        worst[row["model"]] = {key: max(value, row[key]) for key, value in old.items()}
    return {
        "what": "delta_exactness",
        "date": datetime.date.today().isoformat(),
        "machine": {"system": platform.platform(), "cpu": platform.processor()},
        "versions": versions(),
        "threads": torch.get_num_threads(),
        "window_bp": window_bp,
        "tracks": HEADS,
        "largest": worst,
        "rows": rows,
    }


if __name__ == "__main__":
    main()
