"""Readers over runs in the cache: made once, made anew when the file changes, never half."""

import os

import numpy as np
import pytest

from senformer.core.errors import DataError
from senformer.tracks.run_reader import open_runs, sizes_known
from senformer.tracks.runs import Runs

_SIZES = {"chr1": 20, "chr2": 9}
_RUNS = Runs(np.array([2, 9]), np.array([5, 10]), np.array([1.5, -2], dtype=np.float32))


class _Parser:
    def __init__(self, fault=None):
        self.calls, self.fault = 0, fault

    def __call__(self, path, facts):
        self.calls += 1
        yield "1", _RUNS
        if self.fault:
            self.fault()
        facts["n_dropped"] = 4


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("signal")
    return path


def test_open_runs__makes_them_once_per_file_and_way(file):
    parser = _Parser()
    for _ in range(3):
        reader = open_runs(file, "toy 1", parser, _SIZES)
    assert (parser.calls, reader.facts) == (1, {"n_dropped": 4})
    assert reader.chrom_sizes == {"1": 20}
    assert reader.values("1", 4, 11).tolist()[::5] == [1.5, -2]
    open_runs(file, "toy 2", parser, _SIZES)
    assert parser.calls == 2
    file.write_text("other signal")
    open_runs(file, "toy 1", parser, _SIZES)
    assert parser.calls == 3


def test_open_runs__a_damaged_cache_is_made_anew(file):
    parser = _Parser()
    reader = open_runs(file, "toy 1", parser, _SIZES)
    reader.derived.write_bytes(reader.derived.read_bytes()[:-3])
    again = open_runs(file, "toy 1", parser, _SIZES)
    assert parser.calls == 2
    assert again.scan() == {"1": reader.scan()["1"]}


def test_open_runs__a_fault_leaves_nothing(file, own_cache):
    def fail():
        raise DataError("E343", "x", "is odd", "Mend it.")

    with pytest.raises(DataError, match="is odd"):
        open_runs(file, "toy 1", _Parser(fail), _SIZES)
    assert [path.name for path in own_cache.rglob("*") if not path.name.endswith(".lock")] == ["tracks"]


def test_open_runs__refuses_a_file_that_changes_meanwhile(file, own_cache):
    with pytest.raises(DataError, match="was changed while it was read") as caught:
        open_runs(file, "toy 1", _Parser(lambda: os.utime(file, ns=(1, 1))), _SIZES)
    assert caught.value.code == "E328"
    assert not [*own_cache.rglob("*.runs")]


def test_run_track__a_cache_removed_meanwhile_is_named(file):
    reader = open_runs(file, "toy 1", _Parser(), _SIZES)
    reader.derived.unlink()
    with pytest.raises(DataError, match="were removed from the cache meanwhile") as caught:
        reader.values("1", 0, 5)
    assert caught.value.code == "E349"


def test_open_runs__lists_what_the_genome_has_where_it_may(file):
    reader = open_runs(file, "toy 1", _Parser(), _SIZES, unlisted="zero")
    assert reader.chrom_sizes == {"1": 20, "chr2": 9}
    assert np.isnan(reader.values("chr2", 0, 9)).all()
    assert reader.summary().n_covered_bp == 4


def test_open_runs__keeps_chromosomes_that_the_genome_lacks(file):
    reader = open_runs(file, "toy 1", _Parser(), {"chrX": 7})
    assert reader.chrom_sizes == {"1": 10}


def test_sizes_known__refuses_none(file):
    assert sizes_known(file, _SIZES) is _SIZES
    with pytest.raises(DataError, match="does not tell how long"):
        sizes_known(file, None)
