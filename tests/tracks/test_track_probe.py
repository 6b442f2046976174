import os
import shutil

import numpy as np
import pytest
from tests.tracks.toy import write_peer_bigwig
from tests.tracks.toy_bam import write_bam

from senformer.tracks.track import Track
from senformer.tracks.track_probe import fingerprint, probe_track, probe_tracks

SIZES = {"chr1": 640, "chr2": 320}
STRETCHES = [("chr1", 0, 640), ("chr2", 0, 320)]


def _track(tmp_path, entries, sizes=SIZES, **fields):
    path = write_peer_bigwig(tmp_path / "t.bw", sizes, entries)
    return Track(0, "t", path, line=2, **fields)


def test_probe_track__a_good_track_has_no_finding_and_a_short_sample(tmp_path):
    track = _track(tmp_path, {"chr1": [(0, 32, 2.0), (64, 96, 4.0)], "chr2": [(0, 16, 1.0)]})
    probe = probe_track(track, SIZES, STRETCHES)
    assert probe.findings == ()
    expected = np.zeros(30, np.float32)
    expected[[0, 2, 20]] = [2, 4, 0.5]
    np.testing.assert_array_equal(probe.sample, expected)
    assert probe.summary is not None
    assert probe.summary.n_covered_bp == 80


def test_probe_track__tells_stored_nan(tmp_path):
    track = _track(tmp_path, {"chr1": [(0, 5, 1.0), (7, 12, float("nan"))], "chr2": [(0, 4, 3.0)]})
    [finding] = probe_track(track, SIZES, STRETCHES).findings
    assert (finding.severity, finding.code) == ("note", "E793")
    assert "stor" in finding.found
    assert "masked" in finding.found


def test_probe_track__tells_an_empty_track(tmp_path):
    from senformer.tracks.bigwig_chroms import write_empty

    write_empty(tmp_path / "t.bw", SIZES)
    [finding] = probe_track(Track(0, "t", tmp_path / "t.bw"), SIZES, STRETCHES).findings
    assert finding.found == "covers no base at all: the track is empty"


def test_probe_track__negative_values_are_right_where_scale_turns_them_over(tmp_path):
    entries = {"chr1": [(0, 5, -1.0), (7, 12, -3.0)]}
    track = _track(tmp_path, entries, strand="-", strand_pair=1, scale=-1.0)
    assert probe_track(track, SIZES, STRETCHES).findings == ()


def test_probe_tracks__one_a_track_in_order(tmp_path):
    track = _track(tmp_path, {"chr1": [(0, 5, 1.0), (7, 12, 3.0)]})
    probes = probe_tracks([track, Track(1, "gone", tmp_path / "no.bw")], SIZES, STRETCHES)
    assert [probe.index for probe in probes] == [0, 1]
    assert probes[1].findings[0].code == "E320"


@pytest.mark.parametrize("place", [0, 300_000, -1])
def test_fingerprint__of_a_copy_is_the_same_and_of_a_change_is_not(tmp_path, place):
    file, copy = tmp_path / "a", tmp_path / "b"
    content = np.random.default_rng(0).bytes(600_000)
    file.write_bytes(content)
    shutil.copy(file, copy)
    assert fingerprint(file) == fingerprint(copy)
    changed = bytearray(content)
    changed[place] ^= 1
    copy.write_bytes(changed)
    assert fingerprint(file) != fingerprint(copy)


def test_probe_track__tells_what_is_cut_at_the_end_of_a_chromosome(tmp_path):
    (tmp_path / "p.bed").write_text("chr1\t2\t6\nchr1\t300\t304\nchr2\t310\t314\n")
    track = Track(0, "p", tmp_path / "p.bed", format="peaks", options="center=middle;width_bp=100")
    findings = [one for one in probe_track(track, SIZES, STRETCHES).findings if one.code == "E375"]
    assert [one.severity for one in findings] == ["note"]
    assert "2 peaks or reads are cut at the end of a chromosome, 0 lie beyond it" in findings[0].found


def test_probe_track__an_older_index_of_a_bam_warns_and_none_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv("SENFORMER_CACHE", str(tmp_path / "cache"))
    path = write_bam(tmp_path / "t.bam", SIZES, [{"chrom": "chr1", "start": s} for s in (3, 3, 40)])
    track = Track(0, "t", path, line=2, format="bam")
    assert probe_track(track, SIZES, STRETCHES).findings == ()
    index = tmp_path / "t.bam.bai"
    index.touch()
    assert probe_track(track, SIZES, STRETCHES).findings == ()
    os.utime(index, ns=(0, path.stat().st_mtime_ns - 1))
    [finding] = probe_track(track, SIZES, STRETCHES).findings
    assert (finding.severity, finding.code) == ("warning", "E791")
    assert finding.line.endswith(
        "t.bam.bai: is older than t.bam: tools that use it may miss reads. Make it anew: samtools index. "
        "It is not needed here."
    )
