"""A genome and tracks of real size for the benchmarks of datasets: random, in a folder of their own."""

import contextlib
import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from senformer.core.commit import write_bytes, write_text
from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import decode
from senformer.tracks.bigwig import write_bigwig
from senformer.workflow.measure.case import Settings

log = logging.getLogger(__name__)
N_TRACKS = 30
WINDOW_BP, CROP_BINS, BIN_BP = 196_608, 320, 128
_CHROM_BP = 25_000_000
_LINE_BP = 60
# Values of 16 bp over half of the genome: about 0.15 bytes a base in bigWig, less than the 0.3 and more of
# published fold-change and read-depth signal.
_STEP_BP, _COVERED = 16, 0.5


def split_genome(genome_bp: int) -> dict[str, int]:
    """Return chromosomes of up to 25 Mb that add up to ``genome_bp``.

    Examples
    --------
    >>> split_genome(60_000_000)
    {'chr1': 25000000, 'chr2': 25000000, 'chr3': 10000000}
    """
    n = -(-genome_bp // _CHROM_BP)
    last = genome_bp - (n - 1) * _CHROM_BP
    return {f"chr{i + 1}": _CHROM_BP if i + 1 < n else last for i in range(n)}


def write_data(folder: Path, genome_bp: int, n_tracks: int = N_TRACKS) -> None:
    """Write ``genome.fa``, ``tracks/*.bw`` and ``tracks.tsv``; the same bytes for the same sizes."""
    sizes = split_genome(genome_bp)
    write_bytes(folder / "genome.fa", _fasta(sizes))
    rows = ["name\tfile\tassay"]
    for number in range(n_tracks):
        name = f"track_{number:02d}"
        write_bigwig(folder / "tracks" / f"{name}.bw", sizes, _signal(sizes, number), _STEP_BP)
        rows.append(f"{name}\ttracks/{name}.bw\tsimulated")
    write_text(folder / "tracks.tsv", "\n".join(rows) + "\n")


def _fasta(sizes: dict[str, int]) -> Iterator[bytes]:
    for chrom, size in sizes.items():
        yield f">{chrom}\n".encode()
        text = decode(numpy_rng(1, "bench genome", chrom).integers(0, 4, size, dtype=np.uint8))
        for first in range(0, size, _LINE_BP * 10_000):
            piece = text[first : first + _LINE_BP * 10_000]
            lines = (piece[at : at + _LINE_BP] for at in range(0, len(piece), _LINE_BP))
            yield ("\n".join(lines) + "\n").encode()


def _signal(sizes: dict[str, int], number: int) -> Iterator[tuple[str, int, np.ndarray]]:
    for chrom, size in sizes.items():
        rng = numpy_rng(1, "bench signal", chrom, number)
        n_steps = size // _STEP_BP
        values = rng.poisson(2.0, n_steps).astype(np.float32) + 1
        values[rng.random(n_steps) >= _COVERED] = np.nan
        yield chrom, 0, values


@contextlib.contextmanager
def genome_data(settings: Settings, sizes_bp: tuple[int, ...]) -> Iterator[Settings]:
    """Make a genome of every size for the time of the benchmark; ``options["folder"]`` says where.

    Parameters
    ----------
    settings
        Of the benchmark.
    sizes_bp
        Sizes of the genomes; each lies in a folder of that name.
    """
    folder = Path(tempfile.mkdtemp(prefix="senformer-bench-"))
    try:
        for size in sizes_bp:
            log.info("writing a random genome of %s bp with %d tracks", f"{size:,}", N_TRACKS)
            write_data(folder / str(size), size)
        yield replace(settings, options={**settings.options, "folder": str(folder)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dataset_values(folder: Path) -> dict[str, object]:
    """Return the ``dataset`` section for what :func:`write_data` wrote: Enformer's windows."""
    return {
        "genome": str(folder / "genome.fa"),
        "tracks": str(folder / "tracks.tsv"),
        "window_bp": WINDOW_BP,
        "crop_bins": CROP_BINS,
        "bin_bp": BIN_BP,
        "split": {"by": "chromosome"},
    }
