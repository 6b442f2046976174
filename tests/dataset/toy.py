"""A world of three small chromosomes and five tracks, with the values that a build must store."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pybigtools

from senformer.core.config import parse
from senformer.dataset.config import DatasetConfig
from senformer.genome.sequence import decode

SIZES = {"chrA": 4003, "chrB": 3300, "chrC": 2500}
BIN_BP = 16
N_RUN = ("chrA", 1000, 1500)
TABLE = (
    "index\tname\tfile\tassay\tstrand\tstrand_pair\tuncovered\tmissing_chroms\tclip\tscale\tsum_stat\t"
    "description\n"
    "0\tdnase\tdnase.bw\tDNASE\t.\t0\tzero\terror\t40\t2\tsum\topen\n"
    "1\tcage_plus\tcage_plus.bw\tCAGE\t+\t2\tzero\terror\t\t1\tsum\tstarts +\n"
    "2\tcage_minus\tcage_minus.bw\tCAGE\t-\t1\tzero\terror\t\t1\tsum\tstarts -\n"
    "3\tchip\tchip.bw\tCHIP\t.\t3\tzero\tnan\t\t1\tmean\tnot on chrC\n"
    "4\tatac\tatac.bw\tATAC\t.\t4\tnan\terror\t\t1\tmax\twith a hole\n"
)
TRACKS = ("dnase", "cage_plus", "cage_minus", "chip", "atac")
HOLE = ("chrB", 800, 1000)


@dataclasses.dataclass(frozen=True)
class Toy:
    """Paths of the world, its bases, and its signal per track and chromosome (NaN where uncovered)."""

    folder: Path
    codes: dict[str, np.ndarray]
    signal: dict[str, dict[str, np.ndarray]]

    @property
    def genome(self) -> Path:
        return self.folder / "genome.fa"

    @property
    def table(self) -> Path:
        return self.folder / "tracks.tsv"

    def values(self, **changes: object) -> dict:
        """Return a ``dataset`` section: windows of 20 bins with a crop of 3, chrB valid, chrC test."""
        section = {
            "genome": str(self.genome),
            "tracks": str(self.table),
            "organism": "toy",
            "window_bp": 320,
            "bin_bp": BIN_BP,
            "crop_bins": 3,
            "split": {"by": "chromosome", "valid": ["chrB"], "test": ["chrC"]},
        }
        return {**section, **changes}

    def config(self, **changes: object) -> DatasetConfig:
        """Return the configuration of :meth:`values`."""
        return parse(DatasetConfig, self.values(**changes), "test")

    def expected(self, chrom: str) -> np.ndarray:
        """Return what a build stores by default: (bin, track), computed the plain way."""
        n_bins = SIZES[chrom] // BIN_BP
        columns = []
        for name in TRACKS:
            if chrom not in self.signal[name]:
                columns.append(np.full(n_bins, np.nan))
                continue
            signal = self.signal[name][chrom]
            if name != "atac":
                signal = np.nan_to_num(signal)
            bins = signal[: n_bins * BIN_BP].reshape(n_bins, BIN_BP).astype(np.float64)
            pooled = {"chip": bins.mean, "atac": bins.max}.get(name, bins.sum)(axis=1)
            columns.append(np.minimum(pooled, 40) * 2 if name == "dnase" else pooled)
        return np.stack(columns, axis=1).astype(np.float32)


def write_toy(folder: Path) -> Toy:
    """Write the world into ``folder``."""
    rng = np.random.default_rng(5)
    codes = {chrom: rng.integers(0, 4, size).astype(np.uint8) for chrom, size in SIZES.items()}
    codes[N_RUN[0]][N_RUN[1] : N_RUN[2]] = 4
    write_fasta(folder / "genome.fa", codes)
    signal: dict[str, dict[str, np.ndarray]] = {}
    for name in TRACKS:
        signal[name] = {}
        for chrom, size in SIZES.items():
            if (name, chrom) == ("chip", "chrC"):
                continue
            values = rng.poisson(2, size).astype(np.float32)
            if name == "atac" and chrom == HOLE[0]:
                values[HOLE[1] : HOLE[2]] = np.nan
            elif name != "atac":
                values[values == 0] = np.nan  # a bigWig of counts leaves zeros out
            signal[name][chrom] = values
        write_signal(folder / f"{name}.bw", signal[name])
    (folder / "tracks.tsv").write_text(TABLE)
    return Toy(folder, codes, signal)


def write_signal(path: Path, signal: dict[str, np.ndarray]) -> None:
    """Write one value a base as bigWig; NaN is not covered."""
    sizes = {chrom: len(values) for chrom, values in signal.items()}
    entries = (
        (chrom, int(base), int(base) + 1, float(values[base]))
        for chrom, values in signal.items()
        for base in np.flatnonzero(~np.isnan(values))
    )
    pybigtools.open(str(path), "w").write(sizes, entries)


def write_fasta(path: Path, codes: dict[str, np.ndarray]) -> None:
    """Write codes as FASTA, 60 letters a line."""
    lines = []
    for chrom, values in codes.items():
        letters = decode(values)
        lines += [f">{chrom}", *(letters[lo : lo + 60] for lo in range(0, len(letters), 60))]
    path.write_text("\n".join(lines) + "\n")


def tree(path: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below ``path`` but the run record, which holds the time."""
    return {
        file.relative_to(path).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != "run.json"
    }
