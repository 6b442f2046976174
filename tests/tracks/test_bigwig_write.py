"""Writing bigWig files: what is refused, what a full disk leaves behind, and the zoom levels."""

import subprocess
import sys
import textwrap

import numpy as np
import pybigtools
import pyBigWig
import pytest
from tests.tracks.toy import random_blocks

from senformer.core.errors import DataError, OutputError, StorageError
from senformer.tracks import bigwig_write
from senformer.tracks.bigwig_read import open_bigwig
from senformer.tracks.bigwig_write import write_bigwig

SIZES = {"chr1": 1_000, "chr2": 55}


def _ones(n_bins):
    return np.ones(n_bins, dtype=np.float32)


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([("chrX", 0, _ones(2))], "chrX:0 (0-based): is on a chromosome that is not listed"),
        ([("chr2", 20, _ones(5))], "chr2:20 (0-based): reaches beyond the chromosome's 55 bp"),
        ([("chr2", -10, _ones(2))], "chr2:-10 (0-based): begins before 0"),
        ([("chr1", 20, _ones(2)), ("chr1", 30, _ones(2))], "chr1:30 (0-based): begins before 40"),
        ([("chr1", 20, _ones(2)), ("chr1", 0, _ones(2))], "chr1:0 (0-based): begins before 40"),
        (
            [("chr1", 0, _ones(1)), ("chr2", 0, _ones(1)), ("chr1", 50, _ones(1))],
            "chr1:50 (0-based): comes after another chromosome's blocks",
        ),
        ([("chr1", 10, np.array([1, np.inf, 3]))], "chr1:20 (0-based): holds an infinity"),
        ([("chr1", 0, np.array([-1e39]))], "chr1:0 (0-based): holds an infinity"),
    ],
)
def test_write_bigwig__wrong_blocks_are_refused(tmp_path, blocks, found):
    with pytest.raises(DataError) as caught:
        write_bigwig(tmp_path / "t.bw", SIZES, blocks, 10)
    assert caught.value.code == "E340"
    assert f"t.bw: block at {found}" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_write_bigwig__fault_of_the_caller_s_blocks_is_raised(tmp_path, capfd):
    def blocks():
        yield "chr1", 0, _ones(3)
        raise DataError("E999", "here", "inner fault")

    with pytest.raises(DataError, match="here: inner fault"):
        write_bigwig(tmp_path / "t.bw", SIZES, blocks(), 10)
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_write_bigwig__a_bin_has_a_width(tmp_path):
    with pytest.raises(ValueError, match="at least 1 bp, not 0"):
        write_bigwig(tmp_path / "t.bw", SIZES, [], 0)


@pytest.mark.parametrize("blocks", [[], [("chr1", 0, np.full(3, np.nan))], [("chr2", 0, _ones(0))]])
def test_write_bigwig__nothing_to_write_lists_the_chromosomes(tmp_path, blocks):
    write_bigwig(tmp_path / "t.bw", SIZES, blocks, 10)
    reader = open_bigwig(tmp_path / "t.bw")
    assert reader.chrom_sizes == SIZES
    assert np.isnan(reader.values("chr1", 0, 30)).all()


def test_write_bigwig__last_bin_ends_with_the_chromosome(tmp_path):
    write_bigwig(tmp_path / "t.bw", SIZES, [("chr2", 40, np.array([2.0, 3.0]))], 10)
    handle = pyBigWig.open(str(tmp_path / "t.bw"))
    assert handle.intervals("chr2") == ((40, 50, 2.0), (50, 55, 3.0))
    handle.close()


def test_write_bigwig__equal_neighbors_become_one_entry(tmp_path):
    values = np.array([1, 1, 1, np.nan, np.nan, 0, 0, 2], dtype=np.float32)
    write_bigwig(tmp_path / "t.bw", SIZES, [("chr1", 0, values)], 10)
    handle = pyBigWig.open(str(tmp_path / "t.bw"))
    assert handle.intervals("chr1") == ((0, 30, 1.0), (50, 70, 0.0), (70, 80, 2.0))
    handle.close()


def test_write_bigwig__chromosomes_may_come_in_any_order(tmp_path):
    blocks = [("chr2", 0, _ones(2)), ("chr1", 0, 5 * _ones(2))]
    write_bigwig(tmp_path / "t.bw", SIZES, blocks, 10)
    reader = open_bigwig(tmp_path / "t.bw")
    assert (reader.values("chr1", 0, 1)[0], reader.values("chr2", 0, 1)[0]) == (5, 1)


def test_write_bigwig__same_bytes_every_time_and_replaces(tmp_path):
    blocks, _ = random_blocks(1, SIZES, 10)
    for name in ("a.bw", "b.bw", "b.bw"):
        write_bigwig(tmp_path / name, SIZES, blocks, 10)
    assert (tmp_path / "a.bw").read_bytes() == (tmp_path / "b.bw").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_write_bigwig__zoom_levels_agree_with_the_bases(tmp_path):
    sizes = {"c": 40_000}
    blocks, bases = random_blocks(6, sizes, 8)
    write_bigwig(tmp_path / "t.bw", sizes, blocks, 8)
    ours = pybigtools.open(str(tmp_path / "t.bw"))
    assert len(ours.zooms()) >= 1
    handle = pyBigWig.open(str(tmp_path / "t.bw"))
    exact = np.nanmean(bases["c"].reshape(4, -1).astype(np.float64), axis=1)
    np.testing.assert_allclose(handle.stats("c", 0, 40_000, nBins=4, exact=False), exact, rtol=0.02)
    zoomed = ours.values("c", 0, 40_000, bins=4, exact=False, fillna=None)
    np.testing.assert_allclose(zoomed, exact, rtol=0.02)
    assert handle.header()["nBasesCovered"] == np.count_nonzero(~np.isnan(bases["c"]))
    handle.close()
    np.testing.assert_allclose(ours.info()["summary"]["sum"], np.nansum(bases["c"].astype(np.float64)))


def test_write_bigwig__full_disk(tmp_path):
    """A file size limit gives EFBIG at the write where a full disk gives ENOSPC."""
    code = f"""
        import resource, signal
        import numpy as np
        from pathlib import Path
        from senformer.core.errors import StorageError
        from senformer.tracks.bigwig import write_bigwig
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        values = np.random.default_rng(0).random(30_000).astype(np.float32)
        for limit in (200, 2_000, 40_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            path = Path({str(tmp_path)!r}, str(limit), "t.bw")
            path.parent.mkdir()
            try:
                write_bigwig(path, {{"c": 30_000}}, [("c", 0, values)], 1)
            except StorageError as fault:
                print(fault.line)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=True
    )
    folders = [tmp_path / limit for limit in ("200", "2000", "40000")]
    for line, folder in zip(done.stdout.splitlines(), folders, strict=True):
        assert line.startswith(f"error[E801]: {folder / 't.bw'}: the disk is full. Free some space")
        assert not list(folder.iterdir())
    assert sorted(tmp_path.iterdir()) == sorted(folders)
    assert "panicked" not in done.stderr


def test_write_bigwig__panic_without_a_full_disk(tmp_path, monkeypatch):
    class PanicException(BaseException):
        pass

    class Writer:
        def write(self, chroms, entries):
            raise PanicException("the library broke")

    monkeypatch.setattr(bigwig_write.pybigtools, "open", lambda path, mode: Writer())
    with pytest.raises(StorageError, match=r"writing failed \(the library broke\)"):
        write_bigwig(tmp_path / "t.bw", SIZES, [("chr1", 0, _ones(3))], 10)
    assert not list(tmp_path.iterdir())


def test_write_bigwig__quiet_failure_of_the_library_is_found(tmp_path, monkeypatch):
    class Writer:
        def write(self, chroms, entries):
            return None

    monkeypatch.setattr(bigwig_write.pybigtools, "open", lambda path, mode: Writer())
    with pytest.raises(StorageError, match="what was written cannot be read"):
        write_bigwig(tmp_path / "t.bw", SIZES, [("chr1", 0, _ones(3))], 10)
    assert not list(tmp_path.iterdir())


def test_write_bigwig__lost_values_are_found(tmp_path, monkeypatch):
    real = pybigtools.open

    class Writer:
        def __init__(self, path):
            self.path = path

        def write(self, chroms, entries):
            real(self.path, "w").write(chroms, iter(list(entries)[:-1]))

    monkeypatch.setattr(
        bigwig_write.pybigtools, "open", lambda path, mode="r": Writer(path) if mode == "w" else real(path)
    )
    with pytest.raises(StorageError, match=r"covers \{'chr1': 10\} bp, not \{'chr1': 20\}"):
        write_bigwig(tmp_path / "t.bw", SIZES, [("chr1", 0, np.array([1, 2]))], 10)


def test_write_bigwig__folder_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises((OutputError, StorageError)):
        write_bigwig(tmp_path / "file" / "t.bw", SIZES, [("chr1", 0, _ones(3))], 10)
