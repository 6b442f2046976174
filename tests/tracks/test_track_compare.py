from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from senformer.tracks.track import Track
from senformer.tracks.track_compare import compare_tracks
from senformer.tracks.track_probe import TrackProbe

PAIR = [
    Track(0, "cage_plus", Path("p.bw"), strand="+", strand_pair=1, line=2),
    Track(1, "cage_minus", Path("m.bw"), strand="-", strand_pair=0, line=3),
]


def _probes(plus, minus, prints=("a", "b")):
    return [TrackProbe(i, (), prints[i], np.asarray(v, np.float32)) for i, v in enumerate((plus, minus))]


def _found(tracks, probes):
    return [(finding.severity, finding.code) for finding in compare_tracks(tracks, probes)]


def test_compare_tracks__two_strands_that_differ_are_fine():
    assert _found(PAIR, _probes([1, 0, 3, 0], [0, 2, 0, 1])) == []


@pytest.mark.parametrize(
    ("plus", "minus", "prints", "expected"),
    [
        ([1, 0, 3, 0], [1, 0, 3, 0], ("a", "a"), [("error", "E795")]),
        ([1, 0, 3, 0], [2, 0, 6, 0], ("a", "b"), [("warning", "E795")]),
        ([-1, 0, -3, 0], [0, 2, 0, 6], ("a", "b"), [("warning", "E795")]),
        ([1, np.nan, 3], [1, 2, 3], ("a", "b"), [("warning", "E795")]),
        ([], [1, 2], ("", "b"), []),
    ],
)
def test_compare_tracks__strand_pairs(plus, minus, prints, expected):
    assert _found(PAIR, _probes(plus, minus, prints)) == expected


@pytest.mark.parametrize(
    ("name", "strand", "is_odd"),
    [
        ("liver_minus", "+", True),
        ("liver.rev", "+", True),
        ("liver_fwd", "-", True),
        ("plus_minus", "+", False),
        ("surplus", "-", False),
        ("liver_minus", "-", False),
        ("liver_minus", ".", False),
    ],
)
def test_compare_tracks__names_that_say_another_strand(name, strand, is_odd):
    track = Track(0, name, Path("x.bw"), strand=strand)
    assert _found([track], [TrackProbe(0, ())]) == ([("warning", "E795")] if is_odd else [])


def test_compare_tracks__one_file_with_two_settings_is_a_note(tmp_path):
    file = tmp_path / "a.bw"
    file.write_bytes(b"")
    tracks = [Track(0, "sum", file), Track(1, "mean", file, sum_stat="mean")]
    probes = [TrackProbe(0, (), "a"), TrackProbe(1, (), "a")]
    assert _found(tracks, probes) == [("note", "E794")]
    assert _found([tracks[0], replace(tracks[1], sum_stat="sum")], probes) == [("warning", "E794")]
