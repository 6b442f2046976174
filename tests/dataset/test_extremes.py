"""The bound from a quantile, against numpy over the whole track."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import SIZES, TRACKS, Toy, write_signal

from senformer.core.errors import DataError
from senformer.dataset import build, extremes, open_dataset
from senformer.dataset.extremes import bound_extremes
from senformer.dataset.masks import read_masks
from senformer.tracks.table import read_track_table


def whole(toy: Toy) -> np.ndarray:
    return np.concatenate([toy.expected(chrom) for chrom in SIZES])


@pytest.mark.parametrize("block_bp", [1 << 24, 160])
def test_bound_extremes__is_the_quantile_of_all_bins(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, block_bp: int
) -> None:
    monkeypatch.setattr(extremes, "_BLOCK_BP", block_bp)
    config = toy.config(pipeline={"clip_quantile": 0.9})
    tracks = read_track_table(toy.table)
    found = bound_extremes(config, tracks, SIZES, read_masks(config, SIZES))
    expected = np.nanquantile(whole(toy), 0.9, axis=0)
    np.testing.assert_allclose([track.clip_extreme for track in found], expected, rtol=1e-6)


def test_bound_extremes__not_asked_for(toy: Toy) -> None:
    tracks = read_track_table(toy.table)
    assert bound_extremes(toy.config(), tracks, SIZES, read_masks(toy.config(), SIZES)) == tracks


def test_bound_extremes__signal_of_zeros_and_signal_that_would_be_erased(toy: Toy, tmp_path: Path) -> None:
    config = toy.config(pipeline={"clip_quantile": 0.9})
    for name in TRACKS:
        values = {chrom: np.zeros(size, dtype=np.float32) for chrom, size in SIZES.items()}
        if name == "chip":
            values["chrA"][:64] = 5
        write_signal(tmp_path / f"{name}.bw", values)
    (tmp_path / "tracks.tsv").write_text(toy.table.read_text())
    tracks = read_track_table(tmp_path / "tracks.tsv")
    masks = read_masks(config, SIZES)
    assert bound_extremes(config, tracks[:3], SIZES, masks)[0].clip_extreme is None
    with pytest.raises(
        DataError, match=r"track chip, line 5.*: the 0.9 quantile of its 612 .* is 0"
    ) as caught:
        bound_extremes(config, tracks, SIZES, masks)
    assert caught.value.code == "E430"


def test_build__quantile_bounds_targets_is_counted_and_kept(toy: Toy, tmp_path: Path) -> None:
    counts = build(toy.config(pipeline={"clip_quantile": 0.9}), tmp_path / "d")
    store = open_dataset(tmp_path / "d")
    bound = np.nanquantile(whole(toy), 0.9, axis=0).astype(np.float32)
    for chrom in SIZES:
        stored = store.targets(chrom, 0, store.n_bins(chrom))
        np.testing.assert_allclose(stored, np.clip(toy.expected(chrom), -bound, bound), rtol=1e-6)
    beyond = whole(toy) > [track.clip_extreme for track in store.tracks]
    signal = store.statistics["signal"]["hard_clipped_bins"]
    assert signal[1:] == beyond.sum(axis=0)[1:].tolist()
    assert counts["hard_clipped_bins"] == sum(signal)
    kept = read_track_table(tmp_path / "d" / "tracks.tsv")
    assert [track.clip_extreme for track in kept] == [track.clip_extreme for track in store.tracks]
