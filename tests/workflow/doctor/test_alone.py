"""Files beside a genome that cannot be read."""

from pathlib import Path

from senformer.tracks.table import read_track_table
from senformer.workflow.doctor.alone import check_alone
from senformer.workflow.doctor.inputs import Report


def test_check_alone__a_good_world_has_the_note_alone(good_world):
    report = Report()
    tracks = read_track_table(good_world.tracks)
    check_alone(report, Path("g.fa"), tracks, good_world.regions, good_world.variants)
    assert [finding.code for finding in report.findings] == ["E433"]
    n = len(tracks)
    assert report.findings[0].line.startswith(
        f"note[E433]: g.fa: without this genome, looked at {n} of {n} tracks"
    )


def test_check_alone__text_tracks_need_lengths_and_a_file(tmp_path):
    (tmp_path / "t.tsv").write_text("name\tfile\tformat\na\ta.bedGraph\tbedgraph\nb\tb.bedGraph\tbedgraph\n")
    (tmp_path / "a.bedGraph").write_text("chr1\t0\t5\t1\n")
    report = Report()
    check_alone(report, Path("g.fa"), read_track_table(tmp_path / "t.tsv"), None, None)
    assert [finding.code for finding in report.findings] == ["E320", "E433"]
    assert "looked at 0 of 2 tracks" in report.findings[-1].found


def test_check_alone__nothing_beside_it_says_nothing():
    report = Report()
    check_alone(report, Path("g.fa"), [], None, None)
    assert report.findings == []
