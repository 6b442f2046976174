"""Measured tracks of yeast, human and fly: our bins, read and stored, against those of pyBigWig."""

import math
from pathlib import Path

import numpy as np
import pytest
from tests.oracles.peer_signal import PeerSignal

from senformer.core.config import parse
from senformer.dataset.build import build
from senformer.dataset.config import DatasetConfig
from senformer.dataset.store import genome_dataset
from senformer.tracks import open_track
from senformer.tracks.binning import bin_signal
from senformer.tracks.signal import read_signal
from senformer.tracks.track import Track

STATS = ("sum", "mean", "max")
# Genome, signal files, how many of them.
SETS = {
    "yeast": ("sacCer3/sacCer3.fa.gz", "sacCer3/tracks/*.bw", 30),
    "human": ("hg38_chr1_10mb/chr1_0_10000000.fa.gz", "hg38_chr1_10mb/tracks_all_tfbs.bw", 1),
    "fly": ("dm6_chr4/dm6_chr4.fa.gz", "dm6_chr4/PROseq_*.bw", 2),
}
N_WINDOWS = 3_334  # of each set: 10,000 in all
SMALL = 1e-6  # relative: float32 rounding


def files_of(folder: Path, name: str) -> list[Path]:
    files = sorted(folder.glob(SETS[name][1]))
    assert len(files) == SETS[name][2]
    return files


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    return np.allclose(found, expected, rtol=SMALL, atol=0, equal_nan=True)


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("name", SETS)
def test_read_signal__random_windows_pool_as_with_pybigwig(shared_data, name):
    rng = np.random.default_rng(11)
    sets = [(path, open_track(path), PeerSignal(path)) for path in files_of(shared_data, name)]
    n_nan = n_above = 0
    for number in range(N_WINDOWS):
        path, reader, peer = sets[number % len(sets)]
        chrom = str(rng.choice(list(peer.chrom_sizes)))
        bin_bp = int(rng.choice([1, 16, 32, 128]))
        n_bins = int(rng.integers(1, 9))
        start = int(rng.integers(0, peer.chrom_sizes[chrom] - n_bins * bin_bp + 1))
        stat, policy = STATS[number % 3], ("zero", "nan")[number // 3 % 2]
        track = Track(index=0, name=path.stem, path=path, uncovered=policy, missing_chroms="nan")
        signal = read_signal(track, reader, chrom, start, start + n_bins * bin_bp)
        found = bin_signal(signal, bin_bp, stat)
        uncovered = 0.0 if policy == "zero" else math.nan
        expected = peer.bins(chrom, start, n_bins, bin_bp, stat, uncovered)
        assert same(found, expected), (path, chrom, start, n_bins, bin_bp, stat, policy)
        n_nan += int(np.isnan(expected).sum())
        n_above += int((np.abs(expected) > 0).sum())
    assert n_nan > 0
    assert n_above > 0


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("name", SETS)
def test_build__stored_targets_pool_as_with_pybigwig(shared_data, tmp_path, name):
    files, bin_bp = files_of(shared_data, name), 128
    lines = ["name\tfile\tsum_stat\tuncovered\tmissing_chroms"]
    for place, path in enumerate(files):
        lines.append(f"{path.stem}\t{path}\t{STATS[place % 3]}\t{('zero', 'nan')[place // 3 % 2]}\tnan")
    (tmp_path / "tracks.tsv").write_text("\n".join(lines) + "\n")
    values = {
        "genome": str(shared_data / SETS[name][0]),
        "tracks": str(tmp_path / "tracks.tsv"),
        "window_bp": 8192,
        "bin_bp": bin_bp,
        "split": {"by": "kfold", "n_folds": 3, "fold_bp": 65536, "test_fold": 0, "valid_fold": 1},
    }
    build(parse(DatasetConfig, values, "dataset"), tmp_path / "out")
    dataset, rng = genome_dataset(tmp_path / "out"), np.random.default_rng(12)
    peers = [PeerSignal(path) for path in files]
    chroms = sorted({chrom for peer in peers for chrom in peer.chrom_sizes} & set(dataset.chrom_sizes))
    n_above = 0
    for number in range(N_WINDOWS):
        place = number % len(files)
        chrom, n_bins = str(rng.choice(chroms)), int(rng.integers(1, 65))
        first = int(rng.integers(0, dataset.n_bins(chrom) - n_bins + 1))
        found = dataset.targets(chrom, first, first + n_bins)[:, place]
        uncovered = (0.0, math.nan)[place // 3 % 2]
        stat = STATS[place % 3]
        expected = peers[place].bins(chrom, first * bin_bp, n_bins, bin_bp, stat, uncovered)
        assert same(found, expected), (files[place], chrom, first, n_bins)
        n_above += int((np.abs(expected) > 0).sum())
    assert n_above > 0
