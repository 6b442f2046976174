import os
import signal
import subprocess
import sys
import time

import pytest

PARENT = """
import multiprocessing, os, sys, time
from senformer.core.parent import die_with_parent

def work(parent_pid, pipe):
    die_with_parent(parent_pid)
    pipe.send(os.getpid())
    time.sleep(60)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    ours, theirs = context.Pipe()
    context.Process(target=work, args=(os.getpid(), theirs)).start()
    print(ours.recv(), flush=True)
    time.sleep(60)
"""


def _is_gone(pid, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as handle:
                if handle.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("context", ["fork", "spawn", "forkserver"])
def test_die_with_parent__however_the_worker_was_started(tmp_path, context):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, script, context], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    gone = _is_gone(worker, 10)
    if not gone:
        os.kill(worker, signal.SIGKILL)
    assert gone
