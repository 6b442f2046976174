import os
import signal
import subprocess
import sys
import time

import pytest

from senformer.core.commit import new_folder, refuse_existing
from senformer.core.errors import LockedError
from senformer.core.lock import FILE, folder_lock

HOLD = """
import sys, time
from senformer.core.lock import folder_lock
with folder_lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def _hold(folder):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def _end(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_folder_lock__leaves_nothing(tmp_path):
    with folder_lock(tmp_path / "a" / "b"):
        assert [file.name for file in (tmp_path / "a" / "b").iterdir()] == [FILE]
    assert not (tmp_path / "a" / "b").exists()


def test_folder_lock__keeps_results(tmp_path):
    with folder_lock(tmp_path / "run"):
        (tmp_path / "run" / "x.txt").write_text("1")
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["x.txt"]


def test_folder_lock__same_process_twice(tmp_path):
    with folder_lock(tmp_path), pytest.raises(LockedError), folder_lock(tmp_path):
        pass


def test_folder_lock__other_process_named_then_killed(tmp_path):
    holder = _hold(tmp_path)
    try:
        with pytest.raises(LockedError) as caught, folder_lock(tmp_path):
            pass
    finally:
        _end(holder)
    assert caught.value.exit_code == 75
    assert f"process {holder.pid} on " in str(caught.value)
    with folder_lock(tmp_path):
        pass


def test_folder_lock__unreadable_holder(tmp_path):
    holder = _hold(tmp_path)
    try:
        (tmp_path / FILE).write_text("torn {")
        with pytest.raises(LockedError, match="another process works here"), folder_lock(tmp_path):
            pass
    finally:
        _end(holder)


def test_folder_lock__forked_child_does_not_hold(tmp_path):
    with folder_lock(tmp_path):
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
    with folder_lock(tmp_path):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_refuse_existing__lock_and_leftovers_are_free(tmp_path):
    (tmp_path / ".partial-12-run.json").write_text("")
    with folder_lock(tmp_path):
        refuse_existing(tmp_path)


def test_new_folder__fault_under_lock_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ValueError), folder_lock(out), new_folder(out):
        (out / "half").write_text("x")
        raise ValueError("bad input")
    assert not out.exists()
