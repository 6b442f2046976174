"""What leaks between train, valid and test: random windows, whole chromosomes, and folds by homology.

Of a genome the three splits are compared by sketch; of a chain between two genomes by its ungapped blocks,
and there the published rule and single thresholds too.

    python benchmarks/leakage.py --genome sacCer3.fa.gz --valid chrIX --test chrVIII chrXIII --out FILE.json
    python benchmarks/leakage.py --chain hg19.mm9.rBest.chain.gz --window-bp 131072 --out FILE.json
"""

import argparse
import datetime
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from senformer.core.commit import write_json
from senformer.core.provenance import versions
from senformer.dataset.homology.alignments import read_alignments
from senformer.dataset.homology.audit import audit
from senformer.dataset.homology.config import AlignmentConfig, HomologyConfig, SketchConfig
from senformer.dataset.homology.joint import Genome, split_genomes
from senformer.genome.chain import read_chain
from senformer.genome.fasta import open_fasta

SPLITS = ("train", "valid", "test")
# Other words, four times as many, and repeats counted: what the folds were not made with.
FINER = SketchConfig(k=15, density_bp=4, max_copies=100_000, max_occurrences=1000)


def random_windows(sizes: Mapping[str, int], window_bp: int, seed: int) -> pd.DataFrame:
    """Tile every chromosome and draw the split of each window: eight, one and one in ten."""
    rng = np.random.default_rng(seed)
    rows = [
        (chrom, start, min(start + window_bp, size))
        for chrom, size in sizes.items()
        for start in range(0, size, window_bp)
    ]
    split = rng.choice(SPLITS, len(rows), p=(0.8, 0.1, 0.1))
    return pd.DataFrame(rows, columns=["chrom", "start", "end"]).assign(split=split)


def whole_chromosomes(sizes: Mapping[str, int], valid: Sequence[str], test: Sequence[str]) -> pd.DataFrame:
    """Return every chromosome as one region."""
    split = ["valid" if chrom in valid else "test" if chrom in test else "train" for chrom in sizes]
    frame = pd.DataFrame({"chrom": list(sizes), "start": 0, "end": list(sizes.values())})
    return frame.assign(split=split)


def of_genome(path: str, valid: Sequence[str], test: Sequence[str], window_bp: int, seed: int) -> dict:
    """Audit the three splits of one genome."""
    reader = open_fasta(path)
    sizes = reader.chrom_sizes
    ours = split_genomes({"genome": Genome(reader, sizes)}, HomologyConfig(seed=seed), window_bp=window_bp)
    splits = {
        "random windows": random_windows(sizes, window_bp, seed),
        "chromosomes": whole_chromosomes(sizes, valid, test),
        "homology": ours.regions,
    }
    found = {name: audit(regions, {"genome": reader}) for name, regions in splits.items()}
    finer = {name: audit(regions, {"genome": reader}, FINER) for name, regions in splits.items()}
    return {
        "genome_bp": sum(sizes.values()),
        "splits": found,
        "finer": finer,
        "homology_report": ours.report,
    }


def of_chain(path: str, window_bp: int, seed: int) -> dict:
    """Audit splits of the two genomes of a chain, by its blocks."""
    chains = read_chain(path)
    config = AlignmentConfig(file=path, query="query", target="target")
    sizes = {"target": chains.sizes, "query": chains.query_sizes}
    read = read_alignments([config], sizes)
    given = {name: Genome(None, chroms) for name, chroms in sizes.items()}
    each = {
        name: random_windows(chroms, window_bp, seed).assign(genome=name) for name, chroms in sizes.items()
    }
    apart = [
        whole_chromosomes(chains.sizes, (), ()).assign(genome="target"),
        whole_chromosomes(chains.query_sizes, (), chains.query_sizes).assign(genome="query"),
    ]
    splits = {
        "random windows": pd.concat(each, ignore_index=True),
        "chromosomes": pd.concat(apart, ignore_index=True),
    }
    reports = {}
    for name, keys in {
        "homology": {},
        "homology, overlaps from 1,025 bp on": {"min_overlap_bp": 1025},
        "homology, blocks from 100 bp on": {"min_alignment_bp": 100},
        "published rule": {"published": True},
    }.items():
        made = split_genomes(
            given, HomologyConfig(alignments=[config], seed=seed, **keys), window_bp=window_bp
        )
        splits[name], reports[name] = made.regions, made.report
    found = {name: audit(rows, {}, links=(read.space, read.blocks)) for name, rows in splits.items()}
    aligned = int((read.blocks.a[:, 1] - read.blocks.a[:, 0]).sum())
    return {"blocks": len(read.blocks), "aligned_bp": aligned, "splits": found, "reports": reports}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--genome", help="FASTA file")
    what.add_argument("--chain", help="UCSC chain file")
    parser.add_argument("--valid", nargs="*", default=[], help="chromosomes")
    parser.add_argument("--test", nargs="*", default=[], help="chromosomes")
    parser.add_argument("--window-bp", type=int, default=16_384)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    found = (
        of_genome(given.genome, given.valid, given.test, given.window_bp, given.seed)
        if given.genome
        else of_chain(given.chain, given.window_bp, given.seed)
    )
    head = {"date": datetime.date.today().isoformat(), "versions": versions(), "window_bp": given.window_bp}
    write_json(given.out, {**head, "seed": given.seed, **found})
    for kind in ("splits", "finer"):
        for name, result in found.get(kind, {}).items():
            for row in (row for row in result["leaks"] if row["against"] == "train"):
                told = f"{row['leaked_bp']:>12,} of {row['bp']:>12,} bp ({row['fraction']:.2%})"
                print(f"{kind} {name:<40} {row['split']:>5} in train {told}")


if __name__ == "__main__":
    main()
