"""Track records and strand pairs."""

from pathlib import Path

import pytest

from senformer.core.errors import DataError
from senformer.tracks.track import Track, faults_named, strand_permutation


def test_track__without_a_pair_is_its_own():
    assert Track(4, "a", Path("a.bw")).strand_pair == 4


def test_track__line_is_no_part_of_its_identity():
    assert Track(0, "a", Path("a.bw"), line=3) == Track(0, "a", Path("a.bw"))
    assert str(Track(0, "a", Path("a.bw"), line=3)) == "track a, line 3 of its table"


def test_faults_named__track_and_line_come_first():
    fault = DataError("E327", "a.bw", "is damaged", "Copy it anew.")
    with pytest.raises(DataError) as caught, faults_named(Track(0, "a", Path("a.bw"), line=3)):
        raise fault
    assert caught.value.line == ("error[E327]: track a, line 3 of its table: a.bw: is damaged. Copy it anew.")


def test_strand_permutation__of_a_selection_in_another_order():
    tracks = [
        Track(7, "plus", Path("p.bw"), strand_pair=2),
        Track(5, "alone", Path("x.bw")),
        Track(2, "minus", Path("m.bw"), strand_pair=7),
    ]
    assert strand_permutation(tracks).tolist() == [2, 1, 0]


def test_strand_permutation__other_strand_left_out():
    with pytest.raises(ValueError, match=r"the other strand of track plus \(index 2\) is left out"):
        strand_permutation([Track(7, "plus", Path("p.bw"), strand_pair=2)])
