"""The derived file of runs."""

import numpy as np
import pytest

from senformer.genome.files import identity
from senformer.tracks.reader import Totals
from senformer.tracks.run_file import is_run_file, open_run_file, write_run_file
from senformer.tracks.runs import Runs

_ONE = Runs(np.array([2, 9]), np.array([5, 10]), np.array([1.5, -2], dtype=np.float32))
_TWO = Runs(np.array([0]), np.array([4]), np.array([np.nan], dtype=np.float32))


def test_write_run_file__reads_back_the_same(tmp_path):
    path, facts = tmp_path / "a.runs", {}

    def parts():
        yield "chr1", _ONE
        facts["dropped"] = 3
        yield "é", _TWO

    write_run_file(path, parts(), facts)
    found = open_run_file(path, identity(path))
    assert found.facts == {"dropped": 3}
    for name, runs in (("chr1", _ONE), ("é", _TWO), ("none", Runs(*(column[:0] for column in _ONE)))):
        for column, expected in zip(found.runs(name), runs, strict=True):
            np.testing.assert_array_equal(column, expected)
    assert found.totals("chr1") == Totals(4, 2.5)
    assert found.totals("none") == Totals(0, 0.0)
    assert np.isnan(found.totals("é").total)
    summary = found.summary()
    assert (summary.n_covered_bp, summary.smallest, summary.largest) == (8, -2, 1.5)


def test_is_run_file__only_a_finished_one(tmp_path):
    path = tmp_path / "a.runs"
    assert not is_run_file(path)
    write_run_file(path, [("chr1", _ONE)], {})
    whole = path.read_bytes()
    assert is_run_file(path)
    for content in (whole[:-1], whole[:-20] + whole[-20:][::-1], b"", whole.replace(b"chr1", b"chr2")):
        path.write_bytes(content)
        assert not is_run_file(path)
        with pytest.raises(FileNotFoundError):
            open_run_file(path, identity(path))


def test_runs__a_flipped_bit_in_the_cache_is_told_and_the_file_made_anew(tmp_path, monkeypatch):
    from senformer.core.errors import DataError
    from senformer.tracks import open_track
    from senformer.tracks.run_file import open_run_file

    monkeypatch.setenv("SENFORMER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "t.bedgraph").write_text("".join(f"chr1\t{n * 10}\t{n * 10 + 5}\t{n}\n" for n in range(90)))
    reader = open_track(tmp_path / "t.bedgraph", "bedgraph", chrom_sizes={"chr1": 1000})
    assert reader.values("chr1", 500, 501).tolist() == [50.0]
    content = bytearray(reader.derived.read_bytes())
    content[8 * 90 + 4 * 50 + 2] ^= 64
    reader.derived.write_bytes(bytes(content))
    open_run_file.cache_clear()
    with pytest.raises(DataError, match=r"its runs in the cache are damaged \(the runs of chr1 have another"):
        reader.values("chr1", 500, 501)
    again = open_track(tmp_path / "t.bedgraph", "bedgraph", chrom_sizes={"chr1": 1000})
    assert again.values("chr1", 500, 501).tolist() == [50.0]
