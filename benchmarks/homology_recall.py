"""Recall and precision of the sketch: planted copies in a random genome, by length and identity.

Copies of every length and identity are written over a random genome with interspersed and simple repeats,
on both strands, with substitutions and small insertions and deletions. Found are the copies of which links
cover half, on both sides and at the right place; a link is right if half of both its sides lies in a copy
and its source.

    python benchmarks/homology_recall.py --out benchmarks/results/NAME.json
"""

import argparse
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from senformer.core.commit import write_json
from senformer.core.provenance import versions
from senformer.dataset.homology.config import SketchConfig
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.matches import Found, find_links
from senformer.dataset.homology.sketch import make_sketch
from senformer.dataset.homology.space import Space
from senformer.genome.sequence import reverse_complement

LENGTHS_BP = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
IDENTITIES = (0.80, 0.85, 0.90, 0.95, 0.99)
INDEL_SHARE = 0.1


@dataclass(frozen=True)
class Codes:
    """A genome in memory, read as a FASTA reader is."""

    codes: Mapping[str, np.ndarray]

    @property
    def chrom_sizes(self) -> dict[str, int]:
        return {chrom: len(values) for chrom, values in self.codes.items()}

    def fetch(self, chrom: str, start: int, end: int) -> np.ndarray:
        return self.codes[chrom][start:end]


@dataclass(frozen=True)
class Copy:
    """Where a planted copy and its source lie, on one chromosome each."""

    source: tuple[str, int, int]
    target: tuple[str, int, int]
    identity: float
    is_reverse: bool


def random_genome(rng: np.random.Generator, sizes: Mapping[str, int]) -> dict[str, np.ndarray]:
    return {chrom: rng.integers(0, 4, size, dtype=np.uint8) for chrom, size in sizes.items()}


def mutate(rng: np.random.Generator, codes: np.ndarray, identity: float) -> np.ndarray:
    """Change ``1 - identity`` of the bases: one in ten of the changes inserts or deletes 1 to 3 bp."""
    changed = rng.random(len(codes)) >= identity
    is_indel = changed & (rng.random(len(codes)) < INDEL_SHARE)
    out = codes.copy()
    swapped = changed & ~is_indel
    out[swapped] = (out[swapped] + rng.integers(1, 4, int(swapped.sum()))) % 4
    pieces, last = [], 0
    for at in np.flatnonzero(is_indel).tolist():
        if at >= last:
            size = int(rng.integers(1, 4))
            pieces.append(out[last:at])
            inserts = rng.random() < 0.5
            last = at if inserts else min(at + size, len(out))
            if inserts:
                pieces.append(rng.integers(0, 4, size, dtype=np.uint8))
    return np.concatenate([*pieces, out[last:]])


def plant(
    rng: np.random.Generator,
    genome: dict[str, np.ndarray],
    source: tuple[str, int, int],
    target: tuple[str, int],
    identity: float,
    is_reverse: bool = False,
) -> Copy:
    """Write a mutated copy of ``source`` over what begins at ``target``."""
    chrom, start, end = source
    copy = mutate(rng, genome[chrom][start:end], identity)
    copy = reverse_complement(copy) if is_reverse else copy
    genome[target[0]][target[1] : target[1] + len(copy)] = copy
    return Copy(source, (target[0], target[1], target[1] + len(copy)), identity, is_reverse)


def sprinkle(rng: np.random.Generator, codes: np.ndarray) -> None:
    """Write repeats: of 300 bp and 6 kb, 80 to 95 % like their family's, and runs of short units."""
    for width, share, low in ((300, 0.10, 0.80), (6000, 0.05, 0.85)):
        family = np.random.default_rng(width).integers(0, 4, width, dtype=np.uint8)
        for at in rng.integers(0, max(1, len(codes) - width), int(len(codes) * share / width)):
            copy = mutate(rng, family, rng.uniform(low, low + 0.1))[: len(codes) - at]
            codes[at : at + len(copy)] = reverse_complement(copy) if rng.random() < 0.5 else copy
    for at in rng.integers(0, max(1, len(codes) - 300), len(codes) // 50_000):
        codes[at : at + 300] = np.resize(rng.integers(0, 4, int(rng.integers(1, 7)), dtype=np.uint8), 300)


def planted_genome(
    rng: np.random.Generator, n_each: int, lengths_bp: Sequence[int], identities: Sequence[float]
) -> tuple[dict[str, np.ndarray], list[Copy]]:
    """Return a genome of two chromosomes with ``n_each`` copies of every kind, half of them reverse."""
    kinds = [(length, identity) for length in lengths_bp for identity in identities for _ in range(n_each)]
    rng.shuffle(kinds)
    room = [int(length * 1.2) + 4_000 for length, _ in kinds]
    genome = random_genome(rng, {"chrA": sum(room), "chrB": sum(room)})
    for codes in genome.values():
        sprinkle(rng, codes)
    copies, at = [], 0
    for index, ((length, identity), width) in enumerate(zip(kinds, room, strict=True)):
        length, start = int(length), at + 2_000
        copies.append(
            plant(rng, genome, ("chrA", start, start + length), ("chrB", start), identity, index % 2 == 1)
        )
        at += width
    return genome, copies


def score(space: Space, found: Found, copies: Sequence[Copy], name: str) -> tuple[list[float], float]:
    """Return the share of every copy that links cover, and the share of links that are right."""
    columns = ["chrom", "start", "end"]
    sides = [
        space.place(pd.DataFrame([getattr(copy, side) for copy in copies], columns=columns), name)
        for side in ("source", "target")
    ]
    # A copy and its source lie on different chromosomes, the source's first.
    links: Links = found.links
    order = np.argsort(sides[0][:, 0])
    at = order[np.maximum(np.searchsorted(sides[0][order, 0], links.a.mean(axis=1), side="right") - 1, 0)]
    shares = []
    for mine, wanted in zip((links.a, links.b), sides, strict=True):
        low, high = np.maximum(mine[:, 0], wanted[at, 0]), np.minimum(mine[:, 1], wanted[at, 1])
        shares.append(np.maximum(high - low, 0))
    lengths = [side[:, 1] - side[:, 0] for side in (links.a, links.b)]
    is_right = np.all([share >= 0.5 * length for share, length in zip(shares, lengths, strict=True)], axis=0)
    covered = np.zeros(len(copies))
    np.add.at(covered, at[is_right], np.minimum(*shares)[is_right])
    share = covered / np.array([copy.source[2] - copy.source[1] for copy in copies])
    return share.tolist(), float(is_right.mean()) if len(is_right) else float("nan")


def measure(
    n_each: int, config: SketchConfig, seed: int = 0, lengths_bp: Sequence[int] = LENGTHS_BP,
    identities: Sequence[float] = IDENTITIES,
) -> dict:  # fmt: skip
    """Return recall by length and identity, bases covered, and precision."""
    rng = np.random.default_rng(seed)
    genome, copies = planted_genome(rng, n_each, lengths_bp, identities)
    sketch = make_sketch({"sim": Codes(genome)}, config)
    found = find_links(sketch, config)
    shares, precision = score(sketch.space, found, copies, "sim")
    rows = []
    for length in lengths_bp:
        for identity in identities:
            mine = [
                share
                for share, copy in zip(shares, copies, strict=True)
                if copy.identity == identity and copy.source[2] - copy.source[1] == length
            ]
            rows.append(
                {
                    "length_bp": length,
                    "identity": identity,
                    "copies": len(mine),
                    "recall": float(np.mean([share >= 0.5 for share in mine])),
                    "covered": float(np.mean([min(share, 1.0) for share in mine])),
                }
            )
    n_bp = sum(len(values) for values in genome.values())
    return {"genome_bp": n_bp, "links": len(found.links), "precision": precision, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--copies", type=int, default=100, help="of every length and identity")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lengths-bp", nargs="+", type=int, help="default: 1,000 to 50,000 in six steps")
    parser.add_argument("--identities", nargs="+", type=float, help="default: 0.80 to 0.99 in five steps")
    given = parser.parse_args()
    config = SketchConfig()
    kinds = {"lengths_bp": given.lengths_bp, "identities": given.identities}
    asked = {name: values for name, values in kinds.items() if values}
    found = {
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "settings": config.model_dump(),
        "seed": given.seed,
        **measure(given.copies, config, given.seed, **asked),
    }
    write_json(given.out, found)
    print(f"precision {found['precision']:.4f} of {found['links']} links")
    for row in found["rows"]:
        told = f"recall {row['recall']:.3f} bases {row['covered']:.3f}"
        print(f"{row['length_bp']:>7,} bp {row['identity']:.2f} {told}")


if __name__ == "__main__":
    main()
