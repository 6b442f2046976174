"""How many tracks values look like, on simulated and published targets."""

from pathlib import Path

import numpy as np
import pytest
from tests.oracles import tfrecord as oracle

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.framing import frame
from senformer.dataset.tfrecord.geometry import Geometry
from senformer.dataset.tfrecord.period import check_tracks_alone, repeat_of
from senformer.dataset.tfrecord.record import write_record


def signal(n_bins: int, n_tracks: int, seed: int = 1) -> np.ndarray:
    """Return peaks that are three bins wide."""
    rng = np.random.default_rng(seed)
    high = rng.random((n_bins, n_tracks)) < 0.05
    wide = high | np.roll(high, 1, axis=0) | np.roll(high, 2, axis=0)
    return (wide * 20 + rng.gamma(1, 1, wide.shape)).astype(np.float32)


@pytest.mark.parametrize(("n_bins", "n_tracks"), [(512, 10), (128, 1), (896, 6), (60, 60)])
def test_repeat_of__is_the_number_of_tracks(n_bins: int, n_tracks: int) -> None:
    targets = [signal(n_bins, n_tracks, seed).ravel() for seed in range(4)]
    targets[0][5:9] = np.nan
    assert repeat_of(targets) == n_tracks


def test_repeat_of__nothing_to_see() -> None:
    assert repeat_of([np.full(36, np.nan), np.ones(36)]) == 0


@pytest.mark.parametrize("constant", [False, True])
def test_check_tracks_alone(tmp_path: Path, constant: bool) -> None:
    """64 bins of 8 bp in 5 tracks, once taken for 16 of 32 bp in 20."""
    target = np.ones((64, 5), np.float32) if constant else signal(64, 5)
    path = tmp_path / "train-0.tfr"
    path.write_bytes(frame(write_record(np.zeros(512, np.uint8), target, "index")))
    other = Geometry(512, 512, 32, 16, 20)
    found = "all values are the same" if constant else "in 20 tracks: values 5 apart are more alike"
    with pytest.raises(DataError, match=found) as fault:
        check_tracks_alone([path], other, tmp_path)
    assert fault.value.code == "E432"
    assert "Name the track table with 'tracks'" in str(fault.value)
    if not constant:
        check_tracks_alone([path], Geometry(512, 512, 8, 64, 5), tmp_path)


@pytest.mark.parametrize(
    ("file", "n_tracks"),
    [
        ("basenji_cage10/cage10-train-00000-of-00100.tfrecord", 10),
        ("basenji_tiny/tiny/hg38/tfrecords/train-0.tfr", 74),
        ("basenji_tiny/tiny/mm10/tfrecords/train-0.tfr", 32),
    ],
)
@pytest.mark.real_data
def test_repeat_of__published_records(shared_data: Path, file: str, n_tracks: int) -> None:
    windows = [target.ravel() for _, target in oracle.windows(shared_data / file)]
    assert repeat_of(windows[:8]) == n_tracks
    assert repeat_of(windows[:1]) == n_tracks
