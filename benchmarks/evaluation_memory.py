"""Memory and time of counting an evaluation of many tracks, whatever predicts them.

    python benchmarks/evaluation_memory.py --windows 256 --out benchmarks/results/DATE_evaluation_memory.json

Windows of made-up predictions and targets (heavy-tailed, correlated) of 5,313 tracks and 896 bins go through
what ``evaluate`` counts: moments raw and log1p, deviance, ranks in cells, blocks for intervals; parts are
written, read and merged as there. The peak is that of the whole process, the windows' own arrays among it.
"""

import argparse
import json
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np

from senformer.core.commit import write_json
from senformer.evaluate.bootstrap import block_edges
from senformer.evaluate.extras import DEFAULT, n_cells
from senformer.evaluate.grid import Grid
from senformer.evaluate.metrics.pearson import PearsonSums
from senformer.evaluate.parts import Measures, Part, block_moments, merge_parts, write_part
from senformer.evaluate.pilot import make_grids, pilot_rows
from senformer.evaluate.spread import spread_of
from senformer.evaluate.tables import accuracy_table
from senformer.tracks.scaling import Scaling
from senformer.tracks.track import Track

BINS, PART_WINDOWS = 896, 64


def window(row: int, n_tracks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return prediction and target of one window, a function of its number."""
    rng = np.random.default_rng(row)
    target = rng.standard_exponential((BINS, n_tracks), np.float32)
    target *= target
    prediction = rng.standard_exponential((BINS, n_tracks), np.float32)
    prediction += 0.5 * target
    return prediction, target


def count(n_windows: int, n_tracks: int, folder: Path) -> dict[str, float]:
    """Count all windows part by part, merge, and return seconds by what took them."""
    seconds = dict.fromkeys(("cells", "counting", "pearson_alone", "merging", "intervals_and_table"), 0.0)
    began = time.perf_counter()
    grid = None
    size = n_cells(n_windows * BINS, n_tracks)
    if size is not None:
        rows = pilot_rows(n_windows, BINS)
        arrays = make_grids(lambda rows: (window(row, n_tracks) for row in rows), rows, size, ())
        grid = Grid(arrays["prediction"], arrays["target"])
    seconds["cells"] = time.perf_counter() - began
    measures = Measures(tuple(Scaling() for _ in range(n_tracks)), names=DEFAULT, grid=grid)
    blocks = [range(start, end) for start, end in pairwise(block_edges(n_windows).tolist())]
    alone, files = PearsonSums(n_tracks), []
    with ThreadPoolExecutor() as pool:
        while blocks:
            total, extras, moments = measures.sums(), measures.extras(), []
            n_counted = 0
            while blocks and n_counted < PART_WINDOWS:
                sums = measures.sums()
                for row in blocks.pop(0):
                    prediction, target = window(row, n_tracks)
                    began = time.perf_counter()
                    sums.add(prediction, target, pool)
                    extras.add(prediction, target, pool)
                    seconds["counting"] += time.perf_counter() - began
                    began = time.perf_counter()
                    alone.add(prediction, target)
                    seconds["pearson_alone"] += time.perf_counter() - began
                    n_counted += 1
                total = total + sums
                moments.append(block_moments(sums))
            files.append(folder / f"{len(files)}.npz")
            write_part(files[-1], Part(total, extras, np.stack(moments), []), measures)
            del total, extras
    began = time.perf_counter()
    whole = merge_parts(files, measures)
    seconds["merging"] = time.perf_counter() - began
    began = time.perf_counter()
    tracks = [Track(index, f"t{index}", Path("t.bw"), f"A{index % 4}") for index in range(n_tracks)]
    table = accuracy_table(whole.sums, tracks, whole.extras, spread_of(whole.blocks, tracks))
    seconds["intervals_and_table"] = time.perf_counter() - began
    np.testing.assert_allclose(table["pearson_r"], alone.result(), rtol=1e-12)
    return seconds


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--windows", type=int, default=256)
    parser.add_argument("--tracks", type=int, default=5313)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = count(options.windows, options.tracks, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = {
        "what": "evaluation_memory",
        "n_tracks": options.tracks,
        "n_windows": options.windows,
        "n_bins": BINS,
        "cells": n_cells(options.windows * BINS, options.tracks),
        "peak_bytes": peak,
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "seconds_a_window": round(seconds["counting"] / options.windows, 3),
        "seconds_a_window_pearson_alone": round(seconds["pearson_alone"] / options.windows, 3),
    }
    write_json(options.out, found)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
