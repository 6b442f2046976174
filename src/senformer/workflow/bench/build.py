"""A dataset from a genome and 30 tracks; ``build`` in ``BENCHES``.

The build has a worker a core. Beside it a loop over the same windows with pyfaidx and pyBigWig in one
process: once it keeps nothing, and once it stores what it makes, as numpy packs arrays.
"""

import os
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pandas as pd

from senformer.core.config import parse
from senformer.dataset import DatasetConfig, build
from senformer.dataset.windows import tile_windows
from senformer.workflow.measure.case import Bench, Case, Settings, Work
from senformer.workflow.measure.genome_data import (
    BIN_BP,
    CROP_BINS,
    N_TRACKS,
    WINDOW_BP,
    dataset_values,
    genome_data,
    split_genome,
)
from senformer.workflow.measure.window_loop import loop_windows, store_windows

STORE, LOOP, STORED_LOOP = "store", "window_loop", "stored_window_loop"
_NEEDED_BYTES = 1_500_000_000


def cases(settings: Settings) -> list[Case]:
    """Return one case a genome size and kind; the loop only where peers are wanted."""
    options = {"folder": settings.options.get("folder"), "columns": {"n_tracks": N_TRACKS}}
    kinds = [kind for kind in settings.kinds if kind == STORE or settings.with_peer]
    return [
        Case(settings.what, kind, "files", "cpu", "fp32", length, kind != STORE, options=options)
        for length in settings.lengths
        for kind in kinds
    ]


def prepare(case: Case) -> Work:
    """Return a whole build into a new folder, or the loop over all windows of the same genome."""
    folder = Path(case.options["folder"]) / str(case.length_bp)
    if case.kind == STORE:
        return _build(folder)
    return _loop(folder, case.length_bp, stores=case.kind == STORED_LOOP)


def _build(folder: Path) -> Work:
    config, workers = parse(DatasetConfig, dataset_values(folder), "bench"), os.cpu_count() or 1

    def run() -> dict[str, Any]:
        out = Path(tempfile.mkdtemp(dir=folder))
        try:
            counts = build(config, out / "dataset", workers=workers)
            n_bytes = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
            return {"n_windows": sum(counts["windows"].values()), "bytes": n_bytes, "workers": workers}
        finally:
            shutil.rmtree(out)

    return run


def _loop(folder: Path, genome_bp: int, *, stores: bool) -> Work:
    sizes = split_genome(genome_bp)
    regions = pd.DataFrame({"chrom": list(sizes), "start": 0, "end": list(sizes.values()), "split": "train"})
    table = tile_windows(regions, sizes, WINDOW_BP, None, BIN_BP, CROP_BINS)
    windows = [(str(row.chrom), int(row.start), int(row.end)) for row in table.itertuples(index=False)]
    tracks = sorted((folder / "tracks").glob("*.bw"))

    def run() -> dict[str, Any]:
        examples = loop_windows(folder / "genome.fa", tracks, windows, BIN_BP, CROP_BINS)
        if not stores:
            return {"n_windows": sum(1 for _ in examples)}
        with tempfile.TemporaryDirectory(dir=folder) as out:
            n_bytes = store_windows(examples, Path(out))
        return {"n_windows": len(windows), "bytes": n_bytes}

    return run


def data(settings: Settings) -> AbstractContextManager[Settings]:
    """Make the genomes for the time of the benchmark."""
    return genome_data(settings, settings.lengths)


BUILD = Bench(
    name="build",
    summary="a dataset from a genome and 30 tracks",
    lengths=(10_000_000,),
    kinds=(STORE, LOOP, STORED_LOOP),
    cases=cases,
    prepare=prepare,
    needed_bytes=lambda case: _NEEDED_BYTES,
    reads=frozenset({"repeats", "peer"}),
    uses_model=False,
    data=data,
)
