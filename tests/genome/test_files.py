import errno
import gzip
import multiprocessing
import os
import time

import pytest
from tests.genome.toy import write_bgzip

from senformer.core.errors import DataError, MissingInputError, OutputError, StorageError
from senformer.genome import files
from senformer.genome.files import (
    cache_folder,
    cache_lock,
    cached_path,
    identity,
    is_url,
    is_writable_folder,
    local_file,
    read_lines,
)


@pytest.mark.parametrize(
    "url", ["http://x.org/a.fa", "https:/x.org/a.fa", "s3://bucket/a.fa", "ftp://x/a", "file:///etc/passwd"]
)
def test_local_file__url_is_refused(url):
    with pytest.raises(
        MissingInputError, match=r"is a URL, and files are read from this machine only.*Download"
    ):
        local_file(url, "E201")


def test_local_file__missing_folder_device_and_nonsense(tmp_path):
    with pytest.raises(MissingInputError, match=r"no\.fa: no such file") as fault:
        local_file(tmp_path / "no.fa", "E210")
    assert (fault.value.code, fault.value.exit_code) == ("E210", 66)
    with pytest.raises(MissingInputError, match="is a folder"):
        local_file(tmp_path, "E210")
    with pytest.raises(MissingInputError, match="is no regular file"):
        local_file("/dev/null", "E210")
    with pytest.raises(MissingInputError, match="embedded null byte"):
        local_file("a\0b", "E210")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MissingInputError, match="is no regular file"):
        local_file(tmp_path / "pipe", "E210")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(MissingInputError, match=r"cannot be read \(Too many levels of symbolic links\)"):
        local_file(tmp_path / "loop", "E210")


def test_local_file__unreadable(tmp_path, monkeypatch):
    path = tmp_path / "secret.fa"
    path.write_text(">a\nA\n")

    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # permission bits do not stop the superuser
    with pytest.raises(MissingInputError, match=r"secret\.fa': cannot be read \(Permission denied\)"):
        local_file(path, "E201")


def test_local_file__failing_disk_is_no_missing_file(tmp_path, monkeypatch):
    path = tmp_path / "a.fa"
    path.touch()

    def fail(*arguments):
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(StorageError, match=r"a\.fa: cannot be read \(Stale file handle\)") as fault:
        local_file(path, "E201")
    assert (fault.value.code, fault.value.exit_code) == ("E807", 74)


@pytest.mark.parametrize("path", ["a.bw", "/data/a.bw", "chr1:a.bw", "./x:/a.bw"])
def test_is_url__local_paths_are_none(path):
    assert not is_url(path)


@pytest.mark.parametrize("name", ["a b.txt", "ü.txt", "-x.txt", "new\nline.txt", "x" * 250 + ".txt"])
def test_local_file__odd_names_are_fine(tmp_path, name):
    (tmp_path / name).write_text("x\n")
    assert list(read_lines(local_file(tmp_path / name, "E210"), "E214")) == [(1, "x")]


@pytest.mark.parametrize("kind", ["plain", "gzip", "bgzip"])
def test_read_lines__every_packing_and_line_end(tmp_path, kind):
    text, path = b"one\ntwo\r\n\nfour", tmp_path / "a.txt"
    if kind == "bgzip":
        write_bgzip(path, text)
    else:
        path.write_bytes(gzip.compress(text) if kind == "gzip" else text)
    assert list(read_lines(path, "E214")) == [(1, "one"), (2, "two"), (3, ""), (4, "four")]


def test_read_lines__empty_file(tmp_path):
    (tmp_path / "a.txt").touch()
    assert list(read_lines(tmp_path / "a.txt", "E214")) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"one\nt\0o\n", r"a\.txt line 2: holds a NUL byte"),
        (b"one\n\xff\n", r"a\.txt line 2: is no UTF-8 text"),
        (
            "one\ntwo\n".encode("utf-16"),
            r"a\.txt: is UTF-16 text \(which .*\)\. Save it as UTF-8, or run iconv",
        ),
        (gzip.compress("one\n".encode("utf-16")), r"a\.txt: is UTF-16 text"),
        (
            gzip.compress(b"one\n" * 9000, mtime=0)[:-20],
            r"a\.txt after line \d+: the file is damaged or cut short",
        ),
        (gzip.compress(b"one\n", mtime=0)[:-8] + b"12345678", r"damaged or cut short \(CRC check failed"),
    ],
)
def test_read_lines__damage_is_named(tmp_path, content, message):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as fault:
        list(read_lines(path, "E228"))
    assert fault.value.code == "E228"


def test_read_lines__failing_disk_is_no_damage(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("one\n")

    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files, "is_bgzf", fail)
    message = r"a\.txt after line 0: cannot be read \(Input/output error\)"
    with pytest.raises(StorageError, match=message) as fault:
        list(read_lines(tmp_path / "a.txt", "E228"))
    assert fault.value.code == "E807"


def test_read_lines__bgzip_cut_at_a_block_is_noticed(tmp_path):
    path = write_bgzip(tmp_path / "a.txt.gz", b"one\n" * 50)
    path.write_bytes(path.read_bytes()[:-28])
    with pytest.raises(DataError, match="the closing block of bgzip is missing"):
        list(read_lines(path, "E228"))


def test_cache_folder__environment_or_home(monkeypatch, tmp_path):
    monkeypatch.setenv("SENFORMER_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SENFORMER_CACHE")
    assert str(cache_folder()).endswith("/.cache/senformer")
    assert "~" not in str(cache_folder())


def test_cached_path__follows_the_content(tmp_path):
    one, other = tmp_path / "a.fa", tmp_path / "sub" / "a.fa"
    other.parent.mkdir()
    one.write_text(">a\nA\n")
    other.write_text(">a\nA\n")
    first = cached_path(one, ".fai")
    assert cached_path(one, ".fai") == first
    assert cached_path(other, ".fai") != first
    one.write_text(">a\nAC\n")
    assert cached_path(one, ".fai") != first


def test_identity__changes_with_the_file(tmp_path):
    path = tmp_path / "a"
    assert identity(path) is None
    path.write_text("x")
    first = identity(path)
    assert identity(path) == first
    path.unlink()
    (tmp_path / "b").write_text("x")
    path.write_text("x")
    assert identity(path) != first


def test_identity__failing_disk_is_no_change(tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(type(tmp_path), "stat", fail)
    with pytest.raises(StorageError, match=r"cannot be read \(Input/output error\)"):
        identity(tmp_path / "a")


def test_is_writable_folder__permission_bits_count_for_everyone(tmp_path):
    assert is_writable_folder(tmp_path)
    tmp_path.chmod(0o555)
    assert not is_writable_folder(tmp_path)
    tmp_path.chmod(0o755)


def test_cache_lock__folder_that_cannot_be(tmp_path):
    (tmp_path / "file").touch()
    message = "cannot be written.*Set SENFORMER_CACHE to a folder that can be written"
    with pytest.raises(OutputError, match=message), cache_lock(tmp_path / "file" / "fasta" / "x.fai"):
        pass


def _hold(path, order):
    with cache_lock(path):
        order.put("in")
        time.sleep(0.1)
        order.put("out")


def test_cache_lock__one_at_a_time(tmp_path):
    context = multiprocessing.get_context("fork")
    order = context.SimpleQueue()  # Queue hands on from a thread, in no certain order
    workers = [context.Process(target=_hold, args=(tmp_path / "x", order)) for _ in range(3)]
    for worker in workers:
        worker.start()
    found = [order.get() for _ in range(6)]
    for worker in workers:
        worker.join()
    assert found == ["in", "out"] * 3
