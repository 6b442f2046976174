"""Training batches of 30 tracks out of a dataset; ``load`` in ``BENCHES``.

``memory`` keeps the decoded arrays, as a dataset that fits does; ``disk`` reads every window from the store.
Beside them a loop with pyfaidx and pyBigWig over as many windows at random places.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from senformer.core.config import parse
from senformer.core.seeding import numpy_rng
from senformer.dataset import DatasetConfig, TrainBatches, build, open_dataset
from senformer.dataset.store import CACHE_BYTES
from senformer.workflow.measure.case import Bench, Case, Settings, Work
from senformer.workflow.measure.genome_data import BIN_BP, N_TRACKS, dataset_values, genome_data, split_genome
from senformer.workflow.measure.window_loop import loop_windows

MEMORY, DISK, LOOP = "memory", "disk", "window_loop"
N_WINDOWS, BATCH_SIZE = 64, 4
_GENOME_BP = 25_000_000
_NEEDED_BYTES = 1_500_000_000


def cases(settings: Settings) -> list[Case]:
    """Return one case a window length and kind; the loop only where peers are wanted."""
    columns = {"n_tracks": N_TRACKS, "n_windows": N_WINDOWS}
    options = {"folder": settings.options.get("folder"), "columns": columns}
    kinds = [kind for kind in settings.kinds if kind != LOOP or settings.with_peer]
    return [
        Case(settings.what, kind, "files", "cpu", "fp32", length, kind == LOOP, options=options)
        for length in settings.lengths
        for kind in kinds
    ]


def crop_of(window_bp: int) -> int:
    """Return bins without target at each side: in proportion to Enformer's 320 of 1,536."""
    return window_bp // BIN_BP * 5 // 24


def data_folder(folder: str | Path) -> Path:
    """Return where the genome, its tracks and ``dataset`` lie in the folder of a benchmark."""
    return Path(folder) / str(_GENOME_BP)


def prepare(case: Case) -> Work:
    """Return the making of 64 windows; each call makes others."""
    folder = data_folder(case.options["folder"])
    return _loop(folder, case.length_bp) if case.kind == LOOP else _batches(folder, case)


def _batches(folder: Path, case: Case) -> Work:
    dataset = open_dataset(folder / "dataset", cache_bytes=CACHE_BYTES if case.kind == MEMORY else 0)
    batches = TrainBatches(
        dataset, "train", BATCH_SIZE, 1, window_bp=case.length_bp, crop_bins=crop_of(case.length_bp)
    )
    calls = iter(range(1 << 30))

    def run() -> None:
        first = next(calls) * N_WINDOWS // BATCH_SIZE
        for step in range(first, first + N_WINDOWS // BATCH_SIZE):
            batches.batch(step)

    return run


def _loop(folder: Path, window_bp: int) -> Work:
    (chrom, size), *_ = split_genome(_GENOME_BP).items()
    tracks = sorted((folder / "tracks").glob("*.bw"))
    calls = iter(range(1 << 30))

    def run() -> None:
        starts = numpy_rng(1, "bench load", next(calls)).integers(0, size - window_bp, N_WINDOWS)
        windows = [(chrom, int(start), int(start) + window_bp) for start in starts]
        for _ in loop_windows(folder / "genome.fa", tracks, windows, BIN_BP, crop_of(window_bp)):
            pass

    return run


@contextlib.contextmanager
def data(settings: Settings) -> Iterator[Settings]:
    """Make a genome and its dataset for the time of the benchmark."""
    with genome_data(settings, (_GENOME_BP,)) as found:
        folder = data_folder(found.options["folder"])
        values: dict[str, Any] = dataset_values(folder)
        build(parse(DatasetConfig, values, "bench"), folder / "dataset")
        yield found


LOAD = Bench(
    name="load",
    summary="64 training windows of 30 tracks",
    lengths=(196_608,),
    kinds=(MEMORY, DISK, LOOP),
    cases=cases,
    prepare=prepare,
    needed_bytes=lambda case: _NEEDED_BYTES,
    reads=frozenset({"repeats", "peer"}),
    uses_model=False,
    data=data,
)
