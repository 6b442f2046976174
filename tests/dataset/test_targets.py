"""From signal to stored targets: pooling, masks, policies, refusals."""

from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import HOLE, SIZES, TRACKS, Toy, write_signal

from senformer.core.errors import DataError
from senformer.dataset.counts import TrackCounts
from senformer.dataset.plan import BuildPlan, make_plan
from senformer.dataset.statistics import TrackSums
from senformer.dataset.targets import Tally, make_targets, split_bins, to_stored


def blocks(plan: BuildPlan, chrom: str, block_bins: int = 64) -> tuple[np.ndarray, Tally]:
    """Return the targets of a chromosome made in blocks, and what was counted over all of them."""
    n_bins = SIZES[chrom] // 16
    made = [
        make_targets(plan, [(chrom, lo, min(lo + block_bins, n_bins))]) for lo in range(0, n_bins, block_bins)
    ]
    tallies = [tally for _, tally in made]
    empty = TrackSums.empty(len(plan.tracks))
    tally = Tally(
        {name: sum((t.sums[name] for t in tallies), start=empty) for name in tallies[0].sums},
        np.concatenate([t.n_measured for t in tallies]),
        sum((t.counts for t in tallies), start=TrackCounts.empty(len(plan.tracks))),
        [column for t in tallies for column in t.missing],
    )
    return np.concatenate([targets for targets, _ in made]), tally


@pytest.mark.parametrize("chrom", list(SIZES))
@pytest.mark.parametrize("block_bins", [37, 1000])
def test_make_targets__equals_the_plain_computation(toy: Toy, chrom: str, block_bins: int) -> None:
    stored, tally = blocks(make_plan(toy.config()), chrom, block_bins)
    np.testing.assert_allclose(stored, toy.expected(chrom), rtol=1e-6)
    np.testing.assert_array_equal(tally.n_measured, np.isfinite(stored).sum(axis=1))


def test_make_targets__missing_chromosome_and_hole_are_counted(toy: Toy) -> None:
    plan = make_plan(toy.config())
    assert blocks(plan, "chrC")[1].missing == [3]
    assert blocks(plan, "chrB")[1].missing == []
    counts = blocks(plan, "chrB")[1].counts.to_dict()
    assert counts.pop("nan_bases") == [0, 0, 0, 0, HOLE[2] - HOLE[1]]
    # dnase has a clip of 40: bins whose sum is above it; one that is 40 is not changed
    signal = np.nan_to_num(toy.signal["dnase"]["chrB"][: 206 * 16]).reshape(206, 16)
    assert counts.pop("hard_clipped_bins") == [(signal.sum(axis=1) > 40).sum(), 0, 0, 0, 0]
    assert not any(sum(column) for column in counts.values())


def test_make_targets__excluded_bins_are_masked_in_every_track(toy: Toy) -> None:
    # bases 100-200 (0-based) touch bins 6 to 12
    stored, tally = blocks(make_plan(toy.config(exclude=["chrA:101-200"])), "chrA")
    assert np.isnan(stored[6:13]).all()
    assert not np.isnan(stored[[5, 13]]).any()
    assert (tally.n_measured[6:13] == 0).all()


def test_make_targets__sums_by_split(toy: Toy) -> None:
    split = {"by": "interval", "valid": ["chrA:1-1000"], "test": ["chrA:2001-3000"], "train": ["chrB"]}
    stored, tally = blocks(make_plan(toy.config(split=split)), "chrA")
    # whole bins inside 0-1000 are 0-61, inside 2000-3000 they are 125-186
    np.testing.assert_allclose(tally.sums["valid"].total, stored[:62].sum(axis=0, dtype=float), rtol=1e-6)
    np.testing.assert_allclose(tally.sums["test"].total, stored[125:187].sum(axis=0, dtype=float), rtol=1e-6)
    assert tally.sums["train"].n_bins == 0
    assert tally.sums["all"].n_bins == len(stored)


def test_split_bins__cover_whole_bins_only(toy: Toy) -> None:
    split = {"by": "interval", "valid": ["chrA:18-1000"], "train": ["chrB"]}
    member = split_bins(make_plan(toy.config(split=split)), "chrA", 250)
    # the first base of bin 1 is 16, before the region; bin 62 ends at 1008, behind it
    assert np.flatnonzero(member["valid"])[[0, -1]].tolist() == [2, 61]


def test_make_targets__nan_policies_on_the_hole(toy: Toy) -> None:
    zeroed, _ = blocks(make_plan(toy.config(nan="zero")), "chrB")
    assert (zeroed[50:62, 4] == 0).all()
    # a chromosome that the file does not list stays masked
    assert np.isnan(blocks(make_plan(toy.config(nan="zero")), "chrC")[0][:, 3]).all()
    with pytest.raises(DataError, match=r"track 'atac' .*chrB:801: the signal is NaN"):
        blocks(make_plan(toy.config(nan="error")), "chrB")


@pytest.mark.parametrize("sign", [1, -1])
def test_to_stored__beyond_float16_names_track_and_value(toy: Toy, sign: int) -> None:
    plan = make_plan(toy.config(dtype="float16"))
    block = np.zeros((9, 5), dtype=np.float32)
    block[4, 2] = sign * 65_520
    with pytest.raises(DataError) as caught:
        to_stored(block, plan, "chrA", 100, TrackCounts.empty(5))
    assert caught.value.code == "E406"
    assert f"track 'cage_minus' chrA:1665-1680: the bin is {sign * 65520}, beyond float16" in str(
        caught.value
    )


def test_to_stored__largest_float16_is_kept(toy: Toy) -> None:
    plan = make_plan(toy.config(dtype="float16"))
    block = np.full((1, 5), 65_504, dtype=np.float32)
    assert to_stored(block, plan, "chrA", 0, TrackCounts.empty(5)).dtype == np.float16
    assert np.isfinite(to_stored(block, plan, "chrA", 0, TrackCounts.empty(5))).all()


def test_to_stored__beyond_float16_is_clipped_and_counted_where_asked(toy: Toy) -> None:
    plan = make_plan(toy.config(dtype="float16", pipeline={"clip_float16": True}))
    block = np.zeros((9, 5), dtype=np.float32)
    block[[4, 7], 2], block[5, 3] = (-70_000, 1e9), np.nan
    counts = TrackCounts.empty(5)
    stored = to_stored(block, plan, "chrA", 0, counts)
    assert stored[[4, 7], 2].tolist() == [-65_504, 65_504]
    assert np.isnan(stored[5, 3])
    assert counts.to_dict()["float16_clipped_bins"] == [0, 0, 2, 0, 0]


@pytest.mark.parametrize("block_bins", [11, 1000])
def test_make_targets__baseline_does_not_depend_on_the_blocks(toy: Toy, block_bins: int) -> None:
    changes = {"nan": "baseline", "blacklist": ["chrB:500-780"], "pipeline": {"tile_bp": 320}}
    whole, counted = blocks(make_plan(toy.config(**changes)), "chrB", 206)
    found, tally = blocks(make_plan(toy.config(**changes)), "chrB", block_bins)
    np.testing.assert_array_equal(found, whole)
    assert tally.counts.to_dict() == counted.counts.to_dict()
    assert tally.counts.totals["filled_bases"] == HOLE[2] - HOLE[1]
    assert not np.isnan(found[:, 4]).any()


def test_make_targets__alias_of_a_chromosome(toy: Toy, tmp_path: Path) -> None:
    for name in TRACKS:
        signal = {chrom.removeprefix("chr"): values for chrom, values in toy.signal[name].items()}
        write_signal(tmp_path / f"{name}.bw", signal)
    (tmp_path / "tracks.tsv").write_text(toy.table.read_text())
    stored, _ = blocks(make_plan(toy.config(tracks=str(tmp_path / "tracks.tsv"))), "chrA")
    np.testing.assert_allclose(stored, toy.expected("chrA"), rtol=1e-6)
