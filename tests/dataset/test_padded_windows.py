"""Windows that reach beyond the ends of chromosomes (``edges: pad``), from build to batch."""

import itertools
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dataset.toy import SIZES, Toy
from tests.oracles.padding import padded_codes, padded_starts, padded_targets

from senformer.core.errors import ConfigError
from senformer.dataset import build, open_dataset
from senformer.dataset.batch import eval_batches
from senformer.dataset.loader import TrainBatches, eval_windows, shift_rooms
from senformer.dataset.placing import place_windows
from senformer.dataset.store import Dataset
from senformer.dataset.tfrecord.export import export_tfrecords
from senformer.dataset.windows import BinFacts, inside_chromosomes, is_padded, sift_windows, tile_windows
from senformer.genome.interval import Interval


def frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chrom", "start", "end", "split"])


@pytest.fixture(scope="module")
def padded(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    out = tmp_path_factory.mktemp("padded") / "d"
    build(toy.config(edges="pad", max_n_fraction=1.0), out)
    return open_dataset(out)  # type: ignore[return-value]


def test_tile_windows__snap_goes_with_padding_where_it_divides_the_crop() -> None:
    tile = partial(tile_windows, frame(("chrB", 0, 435, "a")), {"chrB": 435}, 100, None, 10, edges="pad")
    assert tile(4, snap_bp=20)["start"].tolist()[:2] == [-40, -20]
    with pytest.raises(ConfigError, match=r"starts at -30, and that is no multiple of snap_bp 20: leave"):
        tile(3, snap_bp=20)


def test_tile_windows__padded_by_hand() -> None:
    # targets of 60 begin at base 0 and hold the last whole bin, that of 420 to 430
    found = tile_windows(frame(("chrB", 0, 435, "a")), {"chrB": 435}, 100, None, 10, 2, edges="pad")
    assert found["start"].tolist() == [-20, 40, 100, 160, 220, 280, 340, 400]
    # a region that ends inside the chromosome pads at the other end alone
    found = tile_windows(frame(("chrB", 0, 190, "a")), {"chrB": 435}, 100, None, 10, 2, edges="pad")
    assert found["start"].tolist() == [-20, 40]
    found = tile_windows(frame(("chrB", 200, 435, "a")), {"chrB": 435}, 100, None, 10, 2, edges="pad")
    assert found["start"].tolist() == [200, 260, 320, 380]


@settings(deadline=None, max_examples=100)
@given(
    size=st.integers(1, 400),
    bounds=st.tuples(st.integers(0, 400), st.integers(0, 400)),
    n_bins=st.integers(1, 12),
    crop_bins=st.integers(0, 5),
    stride_bins=st.integers(1, 15),
)
def test_tile_windows__padded_equals_one_by_one(
    size: int, bounds: tuple[int, int], n_bins: int, crop_bins: int, stride_bins: int
) -> None:
    start, end = sorted(min(bound, size) for bound in bounds)
    window_bp, stride_bp = 10 * (n_bins + 2 * crop_bins), 10 * stride_bins
    regions = frame(("c", start, end, "a"))
    found = tile_windows(regions, {"c": size}, window_bp, stride_bp, 10, crop_bins, edges="pad")
    assert found["start"].tolist() == padded_starts((start, end), size, window_bp, stride_bp, 10, crop_bins)
    assert (found["end"] - found["start"] == window_bp).all()


def test_place_windows__padded_where_the_region_ends_with_the_chromosome() -> None:
    centers = pd.DataFrame({"chrom": "c", "center": [20, 480, 990], "strand": None, "name": None})
    regions = frame(("c", 0, 500, "a"), ("c", 500, 1000, "b")).assign(fold=None)
    kept, dropped = place_windows(centers, regions, {"c": 1000}, 100, 10, "pad")
    assert kept["start"].tolist() == [-30, 940]
    assert (dropped["leaves_chromosome"], dropped["leaves_region"]) == (0, 1)


def test_sift_windows__what_lies_beyond_is_unknown_and_no_target() -> None:
    zeros = np.zeros(10, dtype=np.int64)
    facts = BinFacts(zeros, zeros + 1, np.arange(10) >= 8)
    # 5, 4 and 6 of 8 bins are inside; the targets of the last are bins 8 and 9, which are excluded
    windows = frame(("c", -30, 50, "a"), ("c", -40, 40, "a"), ("c", -50, 30, "a"), ("c", 60, 140, "a"))
    kept, dropped = sift_windows(windows, lambda _: facts, 10, 2, 0.5)
    assert kept["start"].tolist() == [-30, -40]
    assert (dropped["unknown_bases"], dropped["excluded"]) == (1, 1)


def test_inside_chromosomes__and_which_are_padded() -> None:
    windows = frame(("c", -30, 50, "a"), ("c", 0, 100, "a"), ("c", 60, 140, "b"), ("c", 100, 110, "b"))
    assert is_padded(windows, {"c": 100}).tolist() == [True, False, True, True]
    assert inside_chromosomes(windows, {"c": 100})["end"].tolist() == [50, 100, 100]


def test_build__padded_windows_cover_every_bin_once_and_are_counted(padded: Dataset) -> None:
    for chrom, size in SIZES.items():
        starts = padded.windows["start"][padded.windows["chrom"] == chrom].tolist()
        assert starts == padded_starts((0, size), size, 320, 224, 16, 3)
        targets = [at for start in starts for at in range(start // 16 + 3, (start + 320) // 16 - 3)]
        assert [at for at in targets if at < size // 16] == list(range(size // 16))
    # the first and the last of each; of chrC also 2192 to 2512, of 2500
    assert padded.statistics["counts"]["padded_windows"] == {"train": 2, "valid": 2, "test": 3}


def test_build__what_is_padded_counts_as_unknown(toy: Toy, tmp_path: Path) -> None:
    counts = build(toy.config(edges="pad", max_n_fraction=0.2), tmp_path / "d")
    # 64 of 320 bases may be N: 48 are in the first window of each chromosome, 80 or more in the last, and
    # 16 in the last but one of chrC
    assert counts["padded_windows"] == {"train": 1, "valid": 1, "test": 2}
    assert "padded_windows" not in build(toy.config(), tmp_path / "other")


def test_eval_batches__padded_windows_are_those_of_the_slow_reader(padded: Dataset, toy: Toy) -> None:
    n_padded = 0
    for split, window_bp, crop in itertools.product(("train", "test"), (320, 480), (3, 5)):
        windows = eval_windows(padded, split, window_bp, crop)
        for batch in eval_batches(padded, windows, crop, 4):
            for codes, values, place in zip(batch.sequence, batch.targets, batch.windows, strict=True):
                lo, hi = place.start // 16 + crop, place.end // 16 - crop
                n_padded += place.start < 0 or place.end > SIZES[place.chrom]
                assert codes.tolist() == padded_codes(toy.codes[place.chrom], place.start, place.end)
                expected = padded_targets(toy.expected(place.chrom), lo, hi)
                np.testing.assert_allclose(values, expected, rtol=1e-6)
    assert n_padded >= 16  # two or more in each of eight


def test_train_batches__padded_windows_shift_and_turn(padded: Dataset, toy: Toy) -> None:
    batches = TrainBatches(padded, "train", 3, seed=5, max_shift_bp=9)
    assert any(window.start < 0 for window in batches.windows)
    for step in range(8):
        batch = batches.batch(step)
        for codes, values, place in zip(batch.sequence, batch.targets, batch.windows, strict=True):
            expected = padded_codes(toy.codes[place.chrom], place.start, place.end)
            turned = [(3 - code) if code < 4 else 4 for code in reversed(expected)]
            assert codes.tolist() == (turned if place.strand == "-" else expected)
            if place.start < -48 - 9:
                assert np.isnan(values).any()


def test_shift_rooms__of_a_window_that_begins_before_its_chromosome(toy: Toy, tmp_path: Path) -> None:
    split = {"by": "interval", "valid": ["chrA:1217-2500"], "test": ["chrC"]}
    build(toy.config(split=split, edges="pad"), tmp_path / "d")
    rooms = shift_rooms(open_dataset(tmp_path / "d"), "train", [Interval("chrA", -48, 272)])
    assert rooms.tolist() == [[-4003, 1216 - 272]]


def test_config__padding_goes_with_neither_labels_nor_negatives(toy: Toy) -> None:
    with pytest.raises(ConfigError, match="edges: pad goes with neither labels nor negatives"):
        toy.config(edges="pad", labels={})


def test_export__padded_windows_are_refused(padded: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has 7 windows beyond the ends of chromosomes") as caught:
        export_tfrecords(padded, tmp_path / "out")
    assert caught.value.code == "E452"
    assert not (tmp_path / "out").exists()
