from dataclasses import replace

from tests.workflow.doctor.world import SIZES

from senformer.tracks.summary import Summary
from senformer.tracks.table import read_track_table
from senformer.tracks.track import Track
from senformer.tracks.track_probe import TrackProbe
from senformer.workflow.doctor import signal
from senformer.workflow.doctor.inputs import Report
from senformer.workflow.doctor.signal import check_float16, check_tracks


def test_check_tracks__in_parts_is_the_same_as_at_once(good_world, monkeypatch):
    table = read_track_table(good_world.tracks)
    copies = [
        replace(track, index=i, name=f"t{i}", strand=".", strand_pair=i) for i, track in enumerate(table)
    ]
    whole, parts = Report(), Report()
    check_tracks(whole, "tracks", good_world.tracks, copies, SIZES)
    monkeypatch.setattr(signal, "_TRACKS_A_JOB", 2)
    monkeypatch.setattr(signal.os, "sched_getaffinity", lambda pid: {0})
    check_tracks(parts, "tracks", good_world.tracks, copies, SIZES)
    assert whole.findings == parts.findings
    assert whole.checked == parts.checked
    assert whole.checked["tracks"]["n_fit"] == 3


def _probe(largest):
    return TrackProbe(0, (), summary=Summary(10, 0.0, largest, 1.0, 1.0))


def test_check_float16__counts_a_value_beyond_it_unless_it_is_clipped(tmp_path):
    track = Track(0, "t", tmp_path / "t.bw")
    assert len(check_float16([track], [_probe(65_505.0)])) == 1
    assert check_float16([track], [_probe(65_503.0)]) == []
    assert check_float16([replace(track, scale=0.5)], [_probe(65_505.0)]) == []
    assert check_float16([replace(track, clip=384.0)], [_probe(1e9)]) == []
    assert check_float16([replace(track, sum_stat="mean")], [_probe(1e9)]) == []
