import numpy as np
import pandas as pd
import pytest
from tests.oracles.stitching import bin_from_own_window, cut
from tests.predict.toy import HEAD, ToyModel, write_genome

from senformer.core.errors import DataError
from senformer.genome.sequence import decode
from senformer.predict.predictor import Predictor
from senformer.predict.selection import select_tracks
from senformer.predict.stitch import StitchJob, predict_shard
from senformer.predict.tiles import TileGrid

SIZES = {"chr1": 803, "chr2": 30}


def make_job(tmp_path, regions: list[tuple[str, int, int]], tiles_per_shard: int = 3, **how) -> StitchJob:
    model = ToyModel()
    frame = pd.DataFrame(regions, columns=["chrom", "start", "end"])
    return StitchJob(
        write_genome(tmp_path, SIZES),
        Predictor(model, device="cpu", **how),
        select_tracks(model, HEAD, None),
        TileGrid.of(model),
        frame,
        tiles_per_shard,
    )


def all_bins(job: StitchJob, chrom: str) -> np.ndarray:
    windows = job.windows()
    windows = windows[windows["chrom"] == chrom]
    parts = [predict_shard(job, rows, shard, job.covered(chrom)) for shard, rows in windows.groupby("shard")]
    return np.concatenate(parts)


@pytest.mark.parametrize("strands", ["forward", "both"])
@pytest.mark.parametrize("chrom", ["chr1", "chr2"])
def test_predict_shard__every_bin_as_from_a_window_of_its_own(tmp_path, chrom, strands):
    job = make_job(tmp_path, [(chrom, 0, SIZES[chrom])], strands=strands)
    text = decode(job.fasta.fetch(chrom, 0, SIZES[chrom]))

    def predict(codes: np.ndarray) -> np.ndarray:
        return job.predictor.predict(codes[None], HEAD)[0]

    found = all_bins(job, chrom)
    assert len(found) == -(-SIZES[chrom] // 4)
    for place in range(len(found)):
        # The toy reads one bin to each side, so that any window around the bin gives the same value; at
        # the ends N stands for nothing, as its zero padding does.
        expected = bin_from_own_window(predict, text, place, (64, 4, 1))
        np.testing.assert_allclose(found[place], expected, rtol=1e-6)


def test_predict_shard__the_bins_of_a_window_are_that_window_exactly(tmp_path):
    job = make_job(tmp_path, [("chr1", 0, 803)], strands="forward", batch_size=1)
    text = decode(job.fasta.fetch("chr1", 0, 803))
    found = all_bins(job, "chr1")
    for row in job.windows().itertuples():
        plain = job.predictor.predict(cut(text, row.start, row.end)[None], HEAD)[0]
        lo, hi = row.keep_start // 4, -(-row.keep_end // 4)
        first = row.start // 4 + 1
        np.testing.assert_array_equal(found[lo:hi], plain[lo - first : hi - first])


def test_predict_shard__batch_and_shard_size_do_not_matter(tmp_path):
    whole = all_bins(make_job(tmp_path, [("chr1", 0, 803)], tiles_per_shard=100, batch_size=50), "chr1")
    for tiles, batch in ((1, 1), (4, 3)):
        job = make_job(tmp_path, [("chr1", 0, 803)], tiles_per_shard=tiles, batch_size=batch)
        np.testing.assert_allclose(all_bins(job, "chr1"), whole, atol=1e-6)


def test_predict_shard__overlapping_regions_agree_and_the_rest_is_nan(tmp_path):
    one = all_bins(make_job(tmp_path, [("chr1", 10, 300)], tiles_per_shard=100), "chr1")
    other = all_bins(make_job(tmp_path, [("chr1", 150, 340)], tiles_per_shard=100), "chr1")
    # Bases 10-299 touch bins 2 to 74, bases 150-339 bins 37 to 84.
    assert np.isnan(one[:2]).all()
    assert np.isnan(one[75:]).all()
    assert np.isfinite(one[2:75]).all()
    np.testing.assert_array_equal(one[37:75], other[37:75])


def test_predict_shard__shifts_use_the_genome_beyond_the_window(tmp_path):
    job = make_job(tmp_path, [("chr1", 400, 404)], strands="forward", shifts_bp=(2,), tiles_per_shard=100)
    text = decode(job.fasta.fetch("chr1", 0, 803))
    start = int(job.windows()["start"].iloc[0])
    plain = Predictor(ToyModel(), device="cpu", strands="forward").predict(
        cut(text, start + 2, start + 66)[None], HEAD
    )[0]
    np.testing.assert_array_equal(all_bins(job, "chr1")[100], plain[100 - start // 4 - 1])


def test_windows__in_the_order_of_the_genome_and_padding_as_fetched(tmp_path):
    job = make_job(tmp_path, [("chr2", 0, 30), ("chr1", 700, 803)])
    windows = job.windows()
    assert windows["chrom"].tolist() == ["chr1"] * 4 + ["chr2"]
    for row in windows.itertuples():
        expected = cut(decode(job.fasta.fetch(row.chrom, 0, SIZES[row.chrom])), row.start, row.end)
        assert row.padded_left_bp == -min(0, row.start)
        assert row.padded_right_bp == max(0, row.end - SIZES[row.chrom])
        assert (expected[: row.padded_left_bp] == 4).all()


def test_predict_shard__a_prediction_that_is_not_finite(tmp_path):
    job = make_job(tmp_path, [("chr1", 0, 803)])
    job.predictor.model.weight.data[2, 1] = float("nan")
    with pytest.raises(DataError, match=r"chr1:-4-60 \(0-based\): the model's prediction is not finite"):
        all_bins(job, "chr1")
