import json
import subprocess
import sys
from pathlib import Path

import pytest

from senformer.workflow.measure import loop

CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from loop import serve

def prepare(case):
    print("chatter of a library")
    kept = []
    def run():
        kept[:] = [b"x" * int(case["options"]["n"] * 1000)]
        return {"answer": 7}
    return run

serve(prepare)
"""


def talk(n, *, calls=2, limit=None):
    """Return the answers of a measuring process that allocates ``n`` kB a call, and its exit code."""
    case = {"device": "cpu", "limit_bytes": limit, "options": {"n": n}}
    words = "\n".join([json.dumps(case), *["go"] * calls]) + "\n"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(Path(loop.__file__).parent)],
        input=words,
        capture_output=True,
        text=True,
        check=False,
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done


def test_serve__answers_are_alone_on_standard_output():
    answers, done = talk(1)
    assert answers[0] == {"ready": True}
    assert [answer["data"] for answer in answers[1:]] == [{"answer": 7}] * 2
    assert "chatter" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a process is read from /proc")
def test_serve__growth_is_what_a_call_takes():
    answers, _ = talk(200_000)
    assert answers[1]["growth_bytes"] == pytest.approx(200e6, rel=0.1)
    assert answers[1]["peak_bytes"] > answers[1]["growth_bytes"]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_serve__beyond_the_limit_it_says_so_instead_of_being_killed():
    answers, done = talk(400_000, limit=200_000_000)
    assert "out of memory" in answers[-1]["skipped"]
    assert done.returncode == 0


def test_serve__another_fault_is_no_lack_of_memory():
    answers, done = talk("ab")
    assert answers == [{"ready": True}]
    assert done.returncode == 1
    assert "ValueError" in done.stderr


def test_lacks_memory__whichever_allocator():
    assert loop.lacks_memory(MemoryError())
    assert loop.lacks_memory(
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")
    )
    assert loop.lacks_memory(RuntimeError("CUDA out of memory. Tried to allocate"))
    assert not loop.lacks_memory(RuntimeError("shapes differ"))
