"""One track's targets against the recipe, told base by base and bin by bin."""

import dataclasses
import itertools
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.oracles.targets import bin_target, fill_tile, lower_unmappable

from senformer.core.errors import DataError
from senformer.dataset.config import DatasetConfig
from senformer.dataset.masks import Masks, chrom_masks, read_masks
from senformer.dataset.track_bins import Stretch, pool_track, track_bins
from senformer.tracks import open_track
from senformer.tracks.orders import ORDERS
from senformer.tracks.track import Track

BIN_BP, SIZE = 8, 1003
N_BINS = SIZE // BIN_BP
BLACK, EXCLUDED, UNMAPPABLE = [(90, 130), (400, 410)], [(600, 610)], [(300, 380)]
TRACK = Track(0, "chip", Path("chip.bw"))


def config(**changes: object) -> DatasetConfig:
    geometry = {"window_bp": 104, "bin_bp": BIN_BP, "split": {}}
    regions = {"blacklist": ["chr1"], "unmappable": ["chr1"]}  # read by the plan; here Masks stand for them
    return DatasetConfig.model_validate({**geometry, **regions, **changes})


def signal(seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.5, 2.0, SIZE).astype(np.float32)
    values[rng.random(SIZE) < 0.02] = np.nan
    values[104:208] = np.nan  # one whole tile
    return values


def reader(values: np.ndarray) -> SimpleNamespace:
    """Return a file that holds ``values``, and that notes how often it is read."""
    reads: list[tuple[int, int]] = []

    def read(chrom: str, start: int, end: int, uncovered: float = math.nan) -> np.ndarray:
        reads.append((start, end))
        return values[start:end].copy()

    return SimpleNamespace(
        path=Path("chip.bw"), chrom_sizes={"chr1": SIZE}, values=read, scan=dict, reads=reads
    )


def stretch(lo: int = 0, hi: int = N_BINS) -> Stretch:
    frames = [
        pd.DataFrame([("chr1", *pair) for pair in pairs], columns=["chrom", "start", "end"])
        for pairs in (EXCLUDED, BLACK, UNMAPPABLE)
    ]
    return Stretch("chr1", SIZE, lo, hi, chrom_masks(Masks(*frames), "chr1", N_BINS, BIN_BP))


def expected(track: Track, values: np.ndarray, nan: str, umap: float | None) -> np.ndarray:
    """Return the targets of the whole chromosome, the slow way."""
    order, targets = track.target_order, []
    pad, percent = ORDERS[order].blacklist_pad_bp, ORDERS[order].baseline_percentile
    black = [any(lo - pad <= base < hi + pad for lo, hi in BLACK) for base in range(SIZE)]
    masked = [any(lo < 8 * b + 8 and 8 * b < hi for lo, hi in EXCLUDED) for b in range(N_BINS)]
    off = [any(min(hi, 8 * b + 8) - max(lo, 8 * b) >= 0.8 for lo, hi in UNMAPPABLE) for b in range(N_BINS)]
    for lo in range(0, SIZE, 104):
        hi = min(lo + 104, SIZE)
        bases = fill_tile([float(v) for v in values[lo:hi]], black[lo:hi], order, nan, percent)
        statistic, clip = track.sum_stat + "_sqrt" * track.sqrt, (track.clip_soft, track.clip)
        bins = [
            math.nan
            if masked[(lo + first) // 8]
            else bin_target(bases[first : first + 8], statistic, track.scale, clip, order)
            for first in range(0, len(bases) - 7, 8)
        ]
        targets += bins if umap is None else lower_unmappable(bins, off[lo // 8 :][: len(bins)], umap)
    return np.array(targets, dtype=np.float32)


@pytest.mark.parametrize("order", list(ORDERS))
@pytest.mark.parametrize("nan", ["mask", "zero", "baseline", "interpolate"])
@pytest.mark.parametrize(
    ("statistic", "sqrt"), [("sum", False), ("sum", True), ("mean", True), ("max", False)]
)
@pytest.mark.parametrize("umap", [None, 0.25])
def test_track_bins__equals_the_recipe(order: str, nan: str, statistic: str, sqrt: bool, umap: float) -> None:
    track = dataclasses.replace(
        TRACK, target_order=order, sum_stat=statistic, sqrt=sqrt, scale=1.5, clip_soft=4.0, clip=6.0
    )
    values = signal()
    found, counts = track_bins(config(nan=nan, umap_clip=umap), track, reader(values), stretch())
    np.testing.assert_allclose(found, expected(track, values, nan, umap), rtol=1e-5, atol=1e-6)
    assert counts["nan_bases"] == np.isnan(values[: N_BINS * 8]).sum()


@pytest.mark.parametrize("order", list(ORDERS))
@pytest.mark.parametrize("nan", ["mask", "zero", "baseline", "interpolate"])
def test_track_bins__any_cut_gives_the_same_values_and_counts(order: str, nan: str) -> None:
    track = dataclasses.replace(TRACK, target_order=order, clip_soft=4.0, clip=6.0)
    settings, file = config(nan=nan, umap_clip=0.3), reader(signal())
    whole, total = track_bins(settings, track, file, stretch())
    for cut in ([0, 1, 12, 13, 14, N_BINS], [0, 50, 77, N_BINS]):
        parts = [track_bins(settings, track, file, stretch(lo, hi)) for lo, hi in itertools.pairwise(cut)]
        np.testing.assert_array_equal(np.concatenate([values for values, _ in parts]), whole)
        for kind, n in total.items():
            assert sum(counts.get(kind, 0) for _, counts in parts) == n


def test_track_bins__counts_by_hand() -> None:
    values = np.ones(SIZE, dtype=np.float32)
    values[[3, 100, 120]], values[[405, 409]] = np.nan, 9
    found, counts = track_bins(config(nan="baseline"), TRACK, reader(values), stretch())
    # three NaN become 1, two of them in the blacklist, as do its two nines
    assert counts == {
        "nan_bases": 3,
        "filled_bases": 1,
        "blacklist_bases": 4,
        "soft_clipped_bins": 0,
        "hard_clipped_bins": 0,
    }
    np.testing.assert_array_equal(found[~np.isnan(found)], 8)


def test_track_bins__reads_once_and_no_further_than_needed() -> None:
    file = reader(np.ones(SIZE, dtype=np.float32))
    track_bins(config(), TRACK, file, stretch(27, 30))
    # bins 27-30 are bases 216-240 of the tile 208-312, which has no blacklist
    assert file.reads == [(216, 240)]
    track_bins(config(nan="baseline"), TRACK, file, stretch(27, 30))
    track_bins(config(), TRACK, file, stretch(N_BINS - 1, N_BINS))
    assert file.reads[1:] == [(208, 312), (992, 1000)]


def test_track_bins__blacklist_pad_as_configured() -> None:
    values = np.ones(SIZE, dtype=np.float32)
    values[380:430] = 5
    _, counts = track_bins(config(blacklist_pad_bp=3), TRACK, reader(values), stretch())
    assert counts["blacklist_bases"] == 16


def test_track_bins__nan_is_an_error_where_asked() -> None:
    with pytest.raises(
        DataError, match=r"track 'chip' \(chip.bw\) chr1:105: the signal is NaN there"
    ) as caught:
        track_bins(
            config(nan="error"),
            TRACK,
            reader(np.where(np.arange(SIZE) == 104, np.nan, np.float32(1))),
            stretch(),
        )
    assert caught.value.code == "E408"


def test_track_bins__root_of_too_negative_a_bin() -> None:
    track = dataclasses.replace(TRACK, sqrt=True)
    with pytest.raises(DataError, match=r"chip.*a bin is -16"):
        track_bins(config(), track, reader(np.full(SIZE, -2, dtype=np.float32)), stretch())


def test_pool_track__sum_beyond_float32() -> None:
    with pytest.raises(DataError, match=r"track 'chip' chr1: .*too large for float32") as caught:
        pool_track(TRACK, np.full(32, 3e38, dtype=np.float32), 16, "track 'chip' chr1")
    assert caught.value.code == "E409"


def test_pool_track__scale_that_goes_first_turns_the_signal_before_its_largest_is_taken() -> None:
    values = np.array([-1, -7, -3, 2], dtype=np.float32)
    first = dataclasses.replace(TRACK, sum_stat="max", scale=-2.0, target_order="basenji_current")
    last = dataclasses.replace(first, target_order="basenji_2020")
    # times -2: 2, 14, 6, -4, of which 14 is the largest; the scale itself is applied later
    assert pool_track(first, values, 4, "x").tolist() == [-7]
    assert pool_track(last, values, 4, "x").tolist() == [2]


@pytest.mark.real_data
def test_track_bins__published_blacklist_on_real_signal(shared_data: Path) -> None:
    folder = shared_data / "hg38_chr1_10mb"
    black = str(folder / "blacklist.bed")
    settings = config(bin_bp=128, window_bp=131_072, blacklist=black, pipeline={"baseline_percentile": 97})
    track = Track(0, "all", folder / "tracks_all_tfbs.bw", target_order="basenji_2020")
    file = open_track(track)
    sizes = {"chr1": file.chrom_sizes["chr1"]}
    masks = chrom_masks(read_masks(settings, sizes), "chr1", sizes["chr1"] // 128, 128)
    found, counts = track_bins(settings, track, file, Stretch("chr1", sizes["chr1"], 4608, 5120, masks))
    # 628,903-635,104 and 20 bp at each side lie in tile 4 (524,288-655,360) and touch bins 4,913 to 4,961
    tile = file.values("chr1", 4 * 131_072, 5 * 131_072, uncovered=0.0)
    baseline = np.percentile(tile, 97)
    values = file.values("chr1", 4608 * 128, 5120 * 128, uncovered=0.0)
    inside = slice(628_883 - 4608 * 128, 635_124 - 4608 * 128)
    assert counts["blacklist_bases"] == (values[inside] != np.float32(baseline)).sum() > 0
    values[inside] = baseline
    np.testing.assert_allclose(found, values.reshape(-1, 128).sum(axis=1, dtype=np.float64), rtol=1e-6)
