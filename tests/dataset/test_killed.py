"""A build of 30 tracks by two processes, killed at random moments of its work, ends in the same bytes."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pybigtools
import pytest
from tests.dataset.toy import tree, write_fasta

from senformer.core.config import parse
from senformer.dataset import DatasetConfig, build

N_TRACKS, N_KILLS = 30, 4
SIZES = {f"chr{number}": 20_000 + 1_000 * number for number in range(1, 11)}


def write_world(folder: Path) -> DatasetConfig:
    """Write a genome of 10 chromosomes and 30 tracks of steps, and return the
    configuration."""
    rng = np.random.default_rng(3)
    write_fasta(
        folder / "g.fa", {chrom: rng.integers(0, 4, size, dtype=np.uint8) for chrom, size in SIZES.items()}
    )
    for number in range(N_TRACKS):
        pybigtools.open(str(folder / f"{number}.bw"), "w").write(SIZES, steps(rng))
    lines = ["name\tfile", *(f"t{number}\t{number}.bw" for number in range(N_TRACKS))]
    (folder / "tracks.tsv").write_text("\n".join(lines) + "\n")
    split = {"by": "chromosome", "valid": ["chr2"], "test": ["chr3"]}
    paths = {"genome": str(folder / "g.fa"), "tracks": str(folder / "tracks.tsv")}
    section = {**paths, "window_bp": 4096, "bin_bp": 32, "crop_bins": 8, "split": split}
    return parse(DatasetConfig, section, "test")


def steps(rng: np.random.Generator) -> Iterable[tuple[str, int, int, float]]:
    for chrom, size in SIZES.items():
        edges = np.arange(0, size, 100).tolist()
        yield from (
            (chrom, start, start + 100, float(value))
            for start, value in zip(edges[:-1], rng.poisson(3, len(edges) - 1), strict=True)
        )


def start_build(config: DatasetConfig, out: Path) -> int:
    """Build in a child with two workers of its own, and return its process id."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            build(config, out, workers=2)
            code = 0
        finally:
            os._exit(code)
    return pid


def exit_code(pid: int, options: int = 0) -> int | None:
    """Wait for the end, or return None for a process that runs."""
    ended, status = os.waitpid(pid, options)
    return os.waitstatus_to_exitcode(status) if ended else None


def n_pieces(out: Path) -> int:
    """Count the pieces that are finished."""
    return len(list((out / "shards").rglob("*.json")))


@pytest.mark.slow
def test_build__two_processes_killed_at_random_end_in_the_same_bytes(tmp_path: Path) -> None:
    config = write_world(tmp_path)
    assert exit_code(start_build(config, tmp_path / "whole")) == 0
    total, out = n_pieces(tmp_path / "whole"), tmp_path / "d"
    assert total >= 2 * len(SIZES)
    rng, left = np.random.default_rng(8), []
    # A kill each time that so many pieces are finished, and up to 50 ms later.
    for aim in sorted(rng.choice(np.arange(1, total), N_KILLS, replace=False).tolist()):
        pid, code = start_build(config, out), None
        while n_pieces(out) < aim and code is None:
            time.sleep(0.005)
            code = exit_code(pid, os.WNOHANG)
        if code is None:
            time.sleep(rng.uniform(0, 0.05))
            os.kill(pid, signal.SIGKILL)
            code = exit_code(pid)
        assert code in (-signal.SIGKILL, 0)
        left.append(n_pieces(out))
    assert left[0] < total, f"no kill came while pieces were made: {left} of {total}"
    assert exit_code(start_build(config, out)) == 0
    assert tree(out) == tree(tmp_path / "whole")
