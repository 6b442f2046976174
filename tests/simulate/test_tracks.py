import numpy as np
import pytest

from senformer.core.seeding import numpy_rng
from senformer.simulate.tracks import TRACK_NAMES, TRACKS, noise_ceiling, sample_counts, whole_bins
from senformer.tracks import open_track
from senformer.tracks.table import read_track_table


def test_tracks__strand_pairs_are_mutual():
    for index, track in enumerate(TRACKS):
        assert TRACKS[track.strand_pair].strand_pair == index
        assert (track.strand_pair == index) == (track.strand == ".")


def test_sample_counts__mean_and_variance():
    expected = np.full((40_000, 2), 8.0)
    counts = sample_counts(expected, 0.05, numpy_rng(1, "counts"))
    assert counts.mean() == pytest.approx(8.0, rel=0.01)
    # mean + 0.05 x mean^2 = 8 + 3.2
    assert counts.var() == pytest.approx(11.2, rel=0.03)
    poisson = sample_counts(expected, 0.0, numpy_rng(1, "counts"))
    assert poisson.var() == pytest.approx(8.0, rel=0.03)


def test_whole_bins__part_bin_left_out():
    values = np.arange(18, dtype=float).reshape(9, 2)
    np.testing.assert_array_equal(whole_bins(values, 270, 128), [[12, 16], [44, 48]])
    # Eight steps, the last of them short: the second bin is no whole one.
    np.testing.assert_array_equal(whole_bins(values[:8], 240, 128), [[12, 16]])


def test_noise_ceiling__plain_correlation():
    rng = numpy_rng(1, "ceiling")
    truth = rng.gamma(1.0, 5.0, (300, len(TRACKS)))
    measured = rng.poisson(truth).astype(float)
    table = noise_ceiling(truth, measured)
    assert table["name"].tolist() == list(TRACK_NAMES)
    expected = np.corrcoef(truth[:, 2], measured[:, 2])[0, 1]
    assert table["pearson_r"][2] == pytest.approx(expected, abs=1e-5)
    logs = np.corrcoef(np.log1p(truth[:, 2]), np.log1p(measured[:, 2]))[0, 1]
    assert table["pearson_log1p"][2] == pytest.approx(logs, abs=1e-5)


def test_noise_ceiling__of_the_toy_world_is_high(toy_world):
    sizes = toy_world.chrom_sizes
    truth = [whole_bins(toy_world.expected[chrom], sizes[chrom], 128) for chrom in sizes]
    counts = [whole_bins(toy_world.counts[chrom], sizes[chrom], 128) for chrom in sizes]
    table = noise_ceiling(np.concatenate(truth), np.concatenate(counts))
    assert (table["pearson_r"] > 0.85).all()


def test_write_tracks__table_and_files(toy_folder, toy_world):
    tracks = read_track_table(toy_folder / "tracks.tsv")
    assert [track.name for track in tracks] == list(TRACK_NAMES)
    reader = open_track(tracks[4].path)
    assert dict(reader.chrom_sizes) == toy_world.chrom_sizes
    values = np.nan_to_num(reader.values("chr2", 0, 23_552))
    stored = values.reshape(-1, 32).sum(axis=1)
    np.testing.assert_array_equal(stored, toy_world.counts["chr2"][: len(stored), 4])


def test_write_tracks__gaps_are_uncovered(toy_folder, toy_world):
    known = toy_world.known["chr2"]
    gap = int(np.flatnonzero(known[10:-10] == 0)[0]) + 10
    reader = open_track(read_track_table(toy_folder / "tracks.tsv")[0].path)
    assert np.isnan(reader.values("chr2", gap * 32, gap * 32 + 32)).all()
