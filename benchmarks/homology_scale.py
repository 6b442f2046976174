"""Time and memory of folds by sketch on a simulated genome of human size, repeats included.

The genome has 24 chromosomes: random bases, short interspersed elements over a tenth of it (300 bp, 10 to
20 % diverged), long ones over 3 % (6 kb, 5 to 15 % diverged), runs of simple repeats, gaps, and segmental
duplications (10 to 100 kb, 95 % identity, either strand) whose links are counted.

    python benchmarks/homology_scale.py --bp 3000000000 --folder /tmp/scale --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from senformer.core.commit import write_bytes, write_json
from senformer.core.provenance import versions
from senformer.dataset.homology.config import HomologyConfig, SketchConfig
from senformer.dataset.homology.joint import Genome, split_genomes
from senformer.genome.fasta import open_fasta
from senformer.genome.sequence import reverse_complement

N_CHROMS = 24
LINE = 60
_LETTERS = np.frombuffer(b"ACGTN", np.uint8)


def substitute(rng: np.random.Generator, codes: np.ndarray, identity: float) -> np.ndarray:
    """Return a copy with substitutions alone, fast."""
    changed = np.flatnonzero(rng.random(len(codes)) >= identity)
    out = codes.copy()
    out[changed] = (out[changed] + rng.integers(1, 4, len(changed), dtype=np.uint8)) % 4
    return out


def scatter(
    rng: np.random.Generator, codes: np.ndarray, families: list[np.ndarray], share: float, identities: tuple
) -> None:
    """Write diverged copies of the families over ``share`` of the bases."""
    width = len(families[0])
    for at in rng.integers(0, max(1, len(codes) - width), int(len(codes) * share / width)):
        copy = substitute(rng, families[rng.integers(len(families))], rng.uniform(*identities))
        copy = reverse_complement(copy) if rng.random() < 0.5 else copy
        codes[at : at + width] = copy[: len(codes) - at]


def chromosomes(seed: int, n_bp: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield name and codes of every chromosome; each holds copies of pieces of the one before."""
    rng = np.random.default_rng(seed)
    short = [rng.integers(0, 4, 300, dtype=np.uint8) for _ in range(10)]
    long = [rng.integers(0, 4, 6000, dtype=np.uint8) for _ in range(5)]
    before: list[np.ndarray] = []
    size = n_bp // N_CHROMS
    for index in range(N_CHROMS):
        codes = rng.integers(0, 4, size, dtype=np.uint8)
        scatter(rng, codes, short, 0.10, (0.80, 0.90))
        scatter(rng, codes, long, 0.03, (0.85, 0.95))
        for at in rng.integers(0, size - 1000, size // 50_000):
            unit = rng.integers(0, 4, int(rng.integers(1, 7)), dtype=np.uint8)
            codes[at : at + 300] = np.resize(unit, 300)
        for piece in before:
            at = int(rng.integers(0, size - len(piece)))
            piece = substitute(rng, piece, 0.95)
            codes[at : at + len(piece)] = reverse_complement(piece) if rng.random() < 0.5 else piece
        codes[size // 3 : size // 3 + size // 100] = 4
        widths = rng.integers(10_000, 100_001, 20) * size // 125_000_000
        starts = rng.integers(0, size - 100_000 * size // 125_000_000, 20)
        before = [codes[s : s + w].copy() for s, w in zip(starts, widths, strict=True)]
        yield f"chr{index + 1}", codes


def fasta_bytes(seed: int, n_bp: int) -> Iterator[bytes]:
    """Yield the genome as FASTA, a chromosome at a time."""
    for name, codes in chromosomes(seed, n_bp):
        yield f">{name}\n".encode()
        letters = _LETTERS[codes]
        whole = len(letters) // LINE * LINE
        lines = np.full((whole // LINE, LINE + 1), ord("\n"), np.uint8)
        lines[:, :LINE] = letters[:whole].reshape(-1, LINE)
        yield lines.tobytes()
        if whole < len(letters):
            yield letters[whole:].tobytes() + b"\n"


def peak_gib() -> float:
    """Return the largest memory of this process and of the largest child, in GiB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 2**20


def measure(folder: Path, n_bp: int, seed: int, config: HomologyConfig, workers: int) -> dict:
    """Write the genome unless it is there, split it, and return what that took."""
    path = folder / f"genome_{n_bp}_{seed}.fa"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(path, fasta_bytes(seed, n_bp))
    started = time.perf_counter()
    reader = open_fasta(path)
    opened = time.perf_counter()
    found = split_genomes({"sim": Genome(reader, reader.chrom_sizes)}, config, workers=workers)
    done = time.perf_counter()
    return {
        "genome_bp": n_bp,
        "workers": workers,
        "index_s": round(opened - started, 1),
        "folds_s": round(done - opened, 1),
        "peak_gib": round(peak_gib(), 2),
        "regions": len(found.regions),
        "report": found.report,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bp", type=int, default=3_000_000_000)
    parser.add_argument("--folder", type=Path, required=True, help="for the genome; reused if it is there")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    config = HomologyConfig(sketch=SketchConfig())
    found = {
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "settings": config.model_dump(),
        **measure(given.folder, given.bp, given.seed, config, given.workers),
    }
    write_json(given.out, found)
    print({key: found[key] for key in ("index_s", "folds_s", "peak_gib", "regions")})


if __name__ == "__main__":
    main()
