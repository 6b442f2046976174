"""Tracks that labels cannot be made of are told."""

import logging
from pathlib import Path

import numpy as np
import pytest
from tests.dataset.toy import Toy, write_signal

from senformer.dataset.label_check import check_labels
from senformer.dataset.plan import make_plan
from senformer.tracks.track import Track

SIZES = {"chrA": 4003, "chrB": 3300, "chrC": 2500}


def write_two(folder: Path) -> list[Track]:
    signal = {chrom: np.zeros(size, np.float32) for chrom, size in SIZES.items()}
    signal["chrA"][96:128] = 1
    write_signal(folder / "peaks.bw", signal)
    signal["chrA"][96:121] = 0.25
    signal["chrB"][10:12] = 3
    write_signal(folder / "signal.bw", signal)
    (folder / "t.tsv").write_text(
        "index\tname\tfile\tsum_stat\n0\ta\tpeaks.bw\tmean\n1\tb\tsignal.bw\tmean\n"
    )
    return [Track(0, "a", folder / "peaks.bw", sum_stat="mean"), Track(1, "b", folder / "signal.bw")]


def test_check_labels__names_the_track_and_the_share_of_bins(tmp_path: Path) -> None:
    (found,) = check_labels(write_two(tmp_path), SIZES, 16)
    assert (found.severity, found.code) == ("warning", "E449")
    assert found.where.startswith("track b: ")
    n_bins = sum(size // 16 for size in SIZES.values())
    assert f"labels: 3 of {n_bins} bins sampled (0.5%) have a value that is neither 0 nor 1" in found.found
    assert "Give the track's peaks" in found.todo


def test_check_labels__a_plan_says_it_in_its_log(
    toy: Toy, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_two(tmp_path)
    with caplog.at_level(logging.WARNING):
        make_plan(toy.config(tracks=str(tmp_path / "t.tsv"), labels={}))
    (line,) = [record.getMessage() for record in caplog.records if "E449" in record.getMessage()]
    assert "track b, line 3" in line
    assert "neither 0 nor 1" in line
