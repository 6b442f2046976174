"""The first look at a file: what is no bigWig is told from what is a damaged one."""

import errno
import gzip
import os

import pyBigWig
import pytest
from tests.contracts.track_format import TOY_ENTRIES, TOY_SIZES
from tests.tracks.toy import write_peer_bigwig

from senformer.core.errors import DataError, MissingInputError, StorageError
from senformer.tracks import bigwig_header
from senformer.tracks.bigwig_header import local_file, read_header


@pytest.fixture
def toy(tmp_path):
    return write_peer_bigwig(tmp_path / "toy.bw", TOY_SIZES, TOY_ENTRIES)


def test_read_header__fields(toy):
    header = read_header(toy)
    assert (header.version, header.n_blocks, header.n_covered_bp, header.is_empty) == (4, 2, 11, False)


def test_read_header__file_without_entries_is_empty(tmp_path):
    assert read_header(write_peer_bigwig(tmp_path / "t.bw", {"c": 4}, {})).is_empty


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "is empty (0 bytes), no bigWig"),
        (
            b"chr1\t0\t10\t3.5\n" * 9,
            "is bedGraph text (chr1 0 10 3.5), no bigWig. Let its name end in .bedGraph",
        ),
        (b"track type=bedGraph\n", "is bedGraph text (track type=bedGraph), no bigWig"),
        (b"track type=wiggle_0\n", "is text that begins with 'track type=wiggl', no bigWig"),
        (
            gzip.compress(b"chr1\t0\t10\t3.5\n", mtime=0),
            "is compressed with gzip. Let a bedGraph's name end in",
        ),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "is an HDF5 file"),
        (b"<!DOCTYPE html>", "is a web page or XML, no data"),
        (b"PK\x03\x04" + bytes(90), "is a zip archive"),
        (b"\xeb\xf2\x89\x87" + bytes(90), "is a bigBed file: intervals, no signal"),
        (b"\x88\x8f\xfc\x26" + bytes(90), "is a bigWig in big-endian byte order"),
        (b"\x01\x02\x03\x04" + bytes(90), "is no bigWig: it begins with the bytes 01 02 03 04"),
        (b"\x26\xfc\x8f\x88" + bytes(9), "is cut off: it has 13 bytes, the header alone has 64"),
    ],
)
def test_read_header__other_content_is_named(tmp_path, content, found):
    (tmp_path / "t.bw").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_header(tmp_path / "t.bw")
    assert f"{tmp_path / 't.bw'}: {found}" in str(caught.value)
    assert caught.value.todo


def test_read_header__every_cut_is_found(toy, tmp_path):
    content = toy.read_bytes()
    for size in [*range(0, len(content), 13), len(content) - 1]:
        (tmp_path / "cut.bw").write_bytes(content[:size])
        with pytest.raises(DataError) as caught:
            read_header(tmp_path / "cut.bw")
        assert caught.value.code in ("E326", "E323" if size < 4 else "E326")


@pytest.mark.parametrize(
    ("place", "value", "found"),
    [
        (52, b"\xff\xff\xff\x7f", "its blocks claim 2,147,483,647 bytes each"),
        (8, b"\x05", "its chromosome list is not readable"),
        (24, b"\x09", "its index is not readable"),
    ],
)
def test_read_header__damage_that_would_take_all_memory(toy, tmp_path, place, value, found):
    content = bytearray(toy.read_bytes())
    content[place : place + len(value)] = value
    (tmp_path / "bad.bw").write_bytes(content)
    with pytest.raises(DataError, match=rf"bad\.bw: is damaged \({found}\)"):
        read_header(tmp_path / "bad.bw")


@pytest.mark.parametrize(("offset", "found"), [(16, "chromosomes"), (8, "blocks")])
def test_read_header__claims_beyond_the_file(toy, tmp_path, offset, found):
    header, content = read_header(toy), bytearray(toy.read_bytes())
    start = header.chrom_tree if found == "chromosomes" else header.index
    content[start + offset + 4 : start + offset + 8] = b"\x01\0\0\0"
    (tmp_path / "bad.bw").write_bytes(content)
    with pytest.raises(DataError, match=rf"is damaged \(.*claims [\d,]+ {found}\)"):
        read_header(tmp_path / "bad.bw")


def test_local_file__missing(toy, tmp_path):
    with pytest.raises(MissingInputError, match=r"none\.bw: no such file. Check the path"):
        local_file(tmp_path / "none.bw")
    with pytest.raises(MissingInputError, match="no such file") as caught:
        local_file(tmp_path / "toy.bw" / "below.bw")
    assert caught.value.code == "E320"


@pytest.mark.parametrize("url", ["https://x.org/a.bw", "s3://bucket/a.bw", "file:///tmp/a.bw"])
def test_local_file__url(url):
    with pytest.raises(
        MissingInputError, match=r"is a URL, and files are read from this machine only"
    ) as caught:
        local_file(url)
    assert caught.value.code == "E321"


def test_local_file__folder_and_pipe(tmp_path):
    with pytest.raises(MissingInputError, match=r"is a folder\. Give a file"):
        local_file(tmp_path)
    os.mkfifo(tmp_path / "pipe.bw")
    with pytest.raises(MissingInputError, match="is no regular file"):
        local_file(tmp_path / "pipe.bw")


def test_local_file__loop_and_long_name(tmp_path):
    (tmp_path / "loop.bw").symlink_to(tmp_path / "loop.bw")
    with pytest.raises(MissingInputError, match=r"loop\.bw': cannot be read"):
        local_file(tmp_path / "loop.bw")
    with pytest.raises(MissingInputError, match="cannot be read"):
        local_file(tmp_path / ("x" * 300))
    with pytest.raises(MissingInputError, match="cannot be read"):
        local_file("a\0b.bw")


def test_read_header__failing_disk_is_no_missing_file(toy, monkeypatch):
    def fail(*_):
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(bigwig_header, "_read_header", fail)
    with pytest.raises(StorageError, match=r"toy\.bw: cannot be read \(Stale file handle\)") as caught:
        read_header(toy)
    assert caught.value.code == "E807"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_local_file__no_permission(toy):
    toy.chmod(0)
    with pytest.raises(MissingInputError, match=r"toy\.bw': cannot be read \(Permission denied\)"):
        local_file(toy)


def test_read_header__peer_files_open_there_too(toy):
    handle = pyBigWig.open(str(toy))
    assert handle.chroms() == TOY_SIZES
    handle.close()
