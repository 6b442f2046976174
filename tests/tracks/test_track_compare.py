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


def _of_one_bam(plus, minus, paired=True):
    pair = (1, 0) if paired else (-1, -1)
    return [
        Track(0, "a", Path("x.bam"), strand="+", strand_pair=pair[0], format="bam", options=plus),
        Track(1, "b", Path("x.bam"), strand="-", strand_pair=pair[1], format="bam", options=minus),
    ]


def test_compare_tracks__two_strands_of_one_bam_file_are_parted_by_options():
    probes = _probes([1, 0, 3, 0], [0, 2, 0, 1], ("a", "a"))
    assert _found(_of_one_bam("strand=+;min_mapq=20", "min_mapq=20;strand=-"), probes) == []
    assert _found(_of_one_bam("strand=-", "strand=+"), probes) == []  # of a reversed library


@pytest.mark.parametrize(
    ("plus", "minus", "said"),
    [
        ("strand=+", "strand=+;min_mapq=20", "read with the options strand=+ and strand=+"),
        ("", "ends=reads", "read with the options strand=both and strand=both"),
        ("strand=+", "", "read with the options strand=+ and strand=both"),
    ],
)
def test_compare_tracks__two_strands_of_one_bam_file_read_alike_are_an_error(plus, minus, said):
    (found,) = compare_tracks(_of_one_bam(plus, minus), _probes([1, 0], [1, 0], ("a", "a")))
    assert (found.severity, found.code) == ("error", "E795")
    assert said in found.found
    assert found.todo == "Set strand=+ in the options of one and strand=- in those of the other."


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("bam", "min_mapq=0"), ("bam", "min_mapq=20"), []),
        (("bam", ""), ("bam", "min_mapq=0"), [("warning", "E794")]),  # the default, written out
        (("peaks", "value=binary"), ("peaks", "value=score"), []),
        (("peaks", "value=binary"), ("peaks", ""), [("warning", "E794")]),
        (("peaks", ""), ("bedgraph", ""), []),
    ],
)
def test_compare_tracks__rows_are_copies_where_file_format_and_options_agree(left, right, expected):
    tracks = [
        Track(number, name, Path("x"), format=format, options=options)
        for number, (name, (format, options)) in enumerate((("a", left), ("b", right)))
    ]
    assert _found(tracks, _probes([1, 0], [1, 0], ("a", "a"))) == expected
