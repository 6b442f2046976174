import errno
import json
import math
import os
import socket
import subprocess

import pytest

from senformer.core import commit
from senformer.core.errors import OutputError, StorageError


def test_commit_file__replaces_in_one_step_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "a" / "x.txt"
    commit.write_text(target, "one")
    commit.write_text(target, "two")
    assert target.read_text() == "two"
    assert os.listdir(target.parent) == ["x.txt"]


def test_commit_file__a_failing_writer_keeps_the_old_version(tmp_path):
    target = tmp_path / "x.txt"
    commit.write_text(target, "old")

    def half(path):
        path.write_text("ha")
        raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        commit.commit_file(target, half)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.txt"]


def test_commit_file__makes_no_folder_where_none_is_wanted(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        commit.commit_file(tmp_path / "gone" / "x", lambda path: path.write_text("x"), make_parent=False)
    assert os.listdir(tmp_path) == []


def test_commit_file__full_disk_is_one_clear_error(tmp_path):
    def full(path):
        path.write_text("ha")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageError, match=r"x\.txt: the disk is full. Free some space") as caught:
        commit.commit_file(tmp_path / "x.txt", full)
    assert caught.value.exit_code == 74
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_commit_file__a_really_full_disk(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)], capture_output=True
    )
    if done.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        with pytest.raises(StorageError, match="the disk is full"):
            commit.write_text(mount / "x.txt", "a" * 200_000)
        assert os.listdir(mount) == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_commit_folder__replaces_the_whole_folder(tmp_path):
    target = tmp_path / "m"
    commit.commit_folder(target, lambda path: (path / "a").write_text("1"))
    commit.commit_folder(target, lambda path: (path / "b").write_text("2"))
    assert os.listdir(target) == ["b"]
    assert os.listdir(tmp_path) == ["m"]


def _fail_second_rename(monkeypatch, target):
    plain = type(target).rename

    def rename(self, new):
        if self.name.startswith(".partial-"):
            raise OSError(errno.EIO, "Input/output error")
        return plain(self, new)

    monkeypatch.setattr(type(target), "rename", rename)


def test_commit_folder__a_failing_move_keeps_the_old_folder(tmp_path, monkeypatch):
    target = tmp_path / "m"
    commit.commit_folder(target, lambda path: (path / "a").write_text("1"))
    _fail_second_rename(monkeypatch, target)
    with pytest.raises(StorageError, match=r"m: writing failed \(Input/output error\)"):
        commit.commit_folder(target, lambda path: (path / "b").write_text("2"))
    assert os.listdir(tmp_path) == ["m"]
    assert os.listdir(target) == ["a"]


def test_commit_folder__what_a_kill_took_away_survives_a_failing_writer(tmp_path):
    (tmp_path / ".old-77-m").mkdir()
    (tmp_path / ".old-77-m" / "a").touch()

    def broken(path):
        raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        commit.commit_folder(tmp_path / "m", broken)
    commit.restore_folder(tmp_path / "m")
    assert os.listdir(tmp_path / "m") == ["a"]
    commit.commit_folder(tmp_path / "m", lambda path: (path / "b").touch())
    assert os.listdir(tmp_path) == ["m"]
    assert os.listdir(tmp_path / "m") == ["b"]


def test_commit__leftovers_of_a_process_of_our_number_are_no_obstacle(tmp_path):
    for name in ("m", f"{socket.gethostname()}-x.txt"):
        (tmp_path / f".partial-{os.getpid()}-{name}").mkdir()
        (tmp_path / f".partial-{os.getpid()}-{name}" / "stale").touch()
    commit.commit_folder(tmp_path / "m", lambda path: (path / "a").touch())
    commit.write_text(tmp_path / "x.txt", "one")
    assert sorted(os.listdir(tmp_path)) == ["m", "x.txt"]
    assert os.listdir(tmp_path / "m") == ["a"]


def test_restore_folder__only_where_it_is_missing_and_the_name_fits(tmp_path):
    for name in (".old-7-m", ".old-8-x-m", ".old-9-n", "n"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name.strip(".")).touch()
    for name in ("m", "n", "absent/m"):
        commit.restore_folder(tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == [".old-8-x-m", ".old-9-n", "m", "n"]
    assert (os.listdir(tmp_path / "m"), os.listdir(tmp_path / "n")) == (["old-7-m"], ["n"])


def test_sweep_folder__restores_first_then_removes(tmp_path):
    for name in (".partial-5-m", ".old-5-m", ".old-6-k", "k"):
        (tmp_path / name).mkdir()
    (tmp_path / ".old-5-m" / "a").touch()
    for name in (".lock", ".partial-5-run.json"):
        (tmp_path / name).touch()
    commit.sweep_folder(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".lock", "k", "m"]
    assert os.listdir(tmp_path / "m") == ["a"]
    commit.sweep_folder(tmp_path / "absent")


def test_is_leftover__by_name(tmp_path):
    names = (".lock", ".partial-1-x", ".old-1-x", ".hidden", "x")
    assert [commit.is_leftover(tmp_path / name) for name in names] == [True, True, True, False, False]


def test_sync_file__a_file_and_the_folder_of_its_name(tmp_path, monkeypatch):
    (tmp_path / "x.bin").write_bytes(b"1")
    synced, plain = [], os.fsync

    def fsync(handle):
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        plain(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    commit.sync_file(tmp_path / "x.bin")
    assert synced == [str(tmp_path / "x.bin"), str(tmp_path)]


def test_write_json__not_a_number_becomes_null(tmp_path):
    commit.write_json(tmp_path / "x.json", {"a": math.nan, "b": [1, math.inf], "c": tmp_path})
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": None, "b": [1, None], "c": str(tmp_path)}


def test_append_line__and_truncate(tmp_path):
    path = tmp_path / "log"
    commit.append_line(path, "one")
    size = path.stat().st_size
    commit.append_line(path, "two")
    commit.truncate_file(path, size)
    assert path.read_text() == "one\n"


def test_refuse_existing__a_free_name_and_an_empty_folder_pass(tmp_path):
    commit.refuse_existing(tmp_path / "new")
    commit.refuse_existing(tmp_path)
    (tmp_path / "x").touch()
    with pytest.raises(OutputError, match=r"the output folder exists. Choose another --out"):
        commit.refuse_existing(tmp_path)
    with pytest.raises(OutputError, match=r"the output file exists"):
        commit.refuse_existing(tmp_path / "x")
    (tmp_path / "y").touch()
    with pytest.raises(OutputError, match=r"x, .*y: the output files exist. Choose .* or remove them"):
        commit.refuse_existing(tmp_path / "x", tmp_path / "new", tmp_path / "y")


def test_new_folder__vanishes_when_the_work_fails(tmp_path):
    with pytest.raises(ValueError, match="bad"), commit.new_folder(tmp_path / "out") as out:
        (out / "part").mkdir()
        (out / "part" / "file").touch()
        raise ValueError("bad")
    assert not (tmp_path / "out").exists()


def test_new_folder__an_empty_folder_that_was_there_stays_empty(tmp_path):
    with pytest.raises(ValueError, match="bad"), commit.new_folder(tmp_path) as out:
        (out / "file").touch()
        raise ValueError("bad")
    assert os.listdir(tmp_path) == []


def test_new_folder__a_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"), commit.new_folder(tmp_path / "file" / "out"):
        pass


def test_remove__files_and_folders(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "f").touch()
    commit.remove(tmp_path / "d")
    commit.remove(tmp_path / "f")
    commit.remove(tmp_path / "never")
    assert os.listdir(tmp_path) == []


def test_sha256__of_known_bytes(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert commit.sha256(tmp_path / "x").startswith("ba7816bf8f01cfea")


def test_write_bytes__blocks_are_joined(tmp_path):
    commit.write_bytes(tmp_path / "a.bin", iter([b"one", b"\0", b"two"]))
    assert (tmp_path / "a.bin").read_bytes() == b"one\0two"


def test_write_bytes__failing_blocks_leave_nothing(tmp_path):
    def blocks():
        yield b"one"
        raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        commit.write_bytes(tmp_path / "a.bin", blocks())
    assert list(tmp_path.iterdir()) == []


def _two_files(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "a").write_text("new a")
    (folder / "b").write_text("new b")


def test_commit_into__adds_files_beside_those_of_others(tmp_path):
    target = tmp_path / "t"
    (target / "deep").mkdir(parents=True)
    (target / "deep" / "other").write_text("other")
    (target / "b").write_text("old b")
    files = commit.commit_into(target, "x", _two_files)
    assert files == [target / "b", target / "deep" / "a"]
    assert [file.read_text() for file in files] == ["new b", "new a"]
    assert (target / "deep" / "other").read_text() == "other"
    assert os.listdir(tmp_path) == ["t"]


def test_commit_into__a_failing_writer_changes_nothing(tmp_path):
    def broken(folder):
        _two_files(folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "t"
    target.mkdir()
    (target / "b").write_text("old b")
    with pytest.raises(StorageError, match="the disk is full"):
        commit.commit_into(target, "x", broken)
    assert (target / "b").read_text() == "old b"
    assert os.listdir(tmp_path) == ["t"]
    assert os.listdir(target) == ["b"]


def test_commit_into__what_a_kill_leaves_is_swept(tmp_path):
    def killed(folder):
        _two_files(folder)
        os._exit(9)

    pid = os.fork()
    if not pid:
        commit.commit_into(tmp_path / "t", "x", killed)
    os.waitpid(pid, 0)
    assert [name.startswith(".partial-") for name in os.listdir(tmp_path)] == [True]
    commit.sweep_folder(tmp_path)
    assert os.listdir(tmp_path) == []
