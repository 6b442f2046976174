"""Evaluate again and again, killed at every durable write in turn; run as a script of its own.

torch's threads do not survive a fork, so that the process has to begin with one. Prints how many runs died.
"""

import hashlib
import os
import sys
from pathlib import Path

import torch

from senformer.core import provenance
from senformer.dataset import open_dataset
from senformer.evaluate import evaluate


def tree(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file but the run record, which holds the time."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name not in ("run.json", ".lock")
    )
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run_in_fork(run: Path, dataset: Path, out: Path, stop: int) -> int:
    """Evaluate in a fork that dies at its ``stop``-th write; return its exit status, 0 when it lived."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left, sync = [stop], os.fsync

    def fsync(handle: int) -> None:
        left[0] -= 1
        if not left[0]:
            os._exit(9)
        sync(handle)

    try:
        os.fsync = fsync
        evaluate(run, open_dataset(dataset), out, device="cpu", batch_size=4)
        os._exit(0)
    finally:
        os._exit(1)


def main() -> None:
    """Kill, repeat and compare until a run outlives its writes."""
    # Small parts, so that there are several; and no question to git, which is slow.
    sys.modules["senformer.evaluate.count"].__dict__["_PART_WINDOWS"] = 6
    provenance.__dict__["_git"] = lambda *_: None
    run, dataset, root = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    evaluate(run, open_dataset(dataset), root / "whole" / "out", device="cpu", batch_size=4)
    whole = tree(root / "whole" / "out")
    for stop in range(1, 99):
        out = root / str(stop) / "out"
        status = run_in_fork(run, dataset, out, stop)
        if status == 0:
            print(stop - 1)
            return
        assert status == 9, status
        if not (out / "DONE.json").exists() or (out / ".work").exists():
            evaluate(run, open_dataset(dataset), out, device="cpu", batch_size=4)
        assert tree(out) == whole, stop
        assert [path.name for path in out.parent.iterdir()] == ["out"], stop
        assert not any(path.name.startswith(".partial") for path in out.iterdir()), stop


if __name__ == "__main__":
    main()
