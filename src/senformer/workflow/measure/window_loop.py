"""What one would write instead of a dataset: a loop over windows with pyfaidx and pyBigWig.

The packages are imported when the loop begins; nothing else in senformer needs them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32

from senformer.workflow.measure.loop import CannotRun

_ONE_HOT = np.zeros((256, 4), dtype=bool)
for _place, _letter in enumerate("ACGT"):
    _ONE_HOT[[ord(_letter), ord(_letter.lower())], _place] = True

Example = tuple[Bool[np.ndarray, "base 4"], Float32[np.ndarray, "bin track"]]


def loop_windows(
    genome: Path, tracks: Iterable[Path], windows: Iterable[tuple[str, int, int]], bin_bp: int, crop_bins: int
) -> Iterator[Example]:
    """Yield one-hot sequence and summed bins of every window; files are opened once.

    Parameters
    ----------
    genome, tracks
        FASTA file and bigWig files.
    windows
        Chromosome, start and end of each input, inside the chromosome.
    bin_bp, crop_bins
        Bases in a bin, and bins without target at each side.

    Raises
    ------
    CannotRun
        A package is not installed.
    """
    try:
        import pyBigWig
        import pyfaidx
    except ImportError as fault:
        raise CannotRun(f"{fault.name} is not installed (pip install pyfaidx pyBigWig)") from fault
    fasta = pyfaidx.Fasta(str(genome))
    files = [pyBigWig.open(str(path)) for path in tracks]
    try:
        for chrom, start, end in windows:
            letters = np.frombuffer(str(fasta[chrom][start:end]).encode(), dtype=np.uint8)
            lo, hi = start + crop_bins * bin_bp, end - crop_bins * bin_bp
            columns = []
            for file in files:
                values = np.nan_to_num(file.values(chrom, lo, hi, numpy=True))
                columns.append(values.reshape(-1, bin_bp).sum(axis=1))
            yield _ONE_HOT[letters], np.stack(columns, axis=1)
    finally:
        fasta.close()
        for file in files:
            file.close()


def store_windows(examples: Iterable[Example], folder: Path) -> int:
    """Write every example into a packed ``.npz`` file of its own, and return the bytes of all."""
    n_bytes = 0
    for number, (sequence, targets) in enumerate(examples):
        file = folder / f"{number}.npz"
        np.savez_compressed(file, sequence=sequence, targets=targets)
        n_bytes += file.stat().st_size
    return n_bytes
