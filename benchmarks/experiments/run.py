"""Run an experiment of ``configs/experiments``; a killed one goes on with the same command.

    python -m benchmarks.experiments.run e1 --out runs/e1 --shared ../shared/data --parallel 2

Datasets are made first, then every run in a process of its own, so that memory is that of one run. What
is finished is not done again, nor, with ``--known``, what a record of ``summary.py`` holds of runs with the
same settings. Training resumes at its newest checkpoint. The end is a table of what was found;
``summary.py`` keeps it as JSON and draws it.
"""

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.experiments.plan import Experiment, Task, read_experiment, tasks
from benchmarks.experiments.work import RESULT, do, prepare

from senformer.core.commit import write_json
from senformer.core.config import parse
from senformer.core.parent import die_with_parent


def is_done(task: Task, out: Path) -> bool:
    return (out / "runs" / task.name / RESULT).is_file()


def start(task: Task, given: argparse.Namespace) -> subprocess.Popen:
    """Begin one run in a process of its own; what it says goes into ``log.txt`` of its folder."""
    folder = given.out / "runs" / task.name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.experiments.run", given.experiment, "--out", str(given.out)]
    print(f"{time.strftime('%H:%M:%S')} begins {task.name}", flush=True)
    with (folder / "log.txt").open("a", encoding="utf-8") as log:
        return subprocess.Popen([*command, "--task", task.name], stdout=log, stderr=log)  # noqa: S603


def run_all(wanted: list[Task], given: argparse.Namespace) -> list[str]:
    """Do all runs, so many at once; return the names of those that failed.

    A run that begins at another one waits until that has ended.
    """
    waiting, running, failed = list(wanted), {}, []
    try:
        while waiting or running:
            while len(running) < given.parallel and (task := _next(waiting, running)) is not None:
                waiting.remove(task)
                running[task.name] = start(task, given)
            for name, process in list(running.items()):
                if process.poll() is not None:
                    del running[name]
                    print(f"{time.strftime('%H:%M:%S')} ended {name} ({process.returncode})", flush=True)
                    failed += [name] if process.returncode else []
            time.sleep(0.5)
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()
    return failed


def _next(waiting: list[Task], running: Mapping[str, object]) -> Task | None:
    open_runs = {*running, *(task.name for task in waiting)}
    return next((task for task in waiting if task.after not in open_runs), None)


def results(experiment: Experiment, out: Path) -> list[dict]:
    """Return what the finished runs found, in the order of runs."""
    files = [out / "runs" / task.name / RESULT for task in tasks(experiment)]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.is_file()]


def adopt(known: Path, experiment: Experiment, out: Path) -> list[str]:
    """Put results of a record of ``summary.py`` where runs would leave them; return the names of these runs.

    A result counts where its run, the runs that it begins at, its data and what is evaluated are set as they
    are now. A run that one yet to be done begins at is done anew, for its weights.
    """
    record = json.loads(known.read_text(encoding="utf-8"))
    then = parse(Experiment, record["config"], f"{known}: config")
    rows = {row["name"]: row for row in record["runs"]}
    before = {task.name: (task, _beside(task, then)) for task in tasks(then)}
    same: set[str | None] = {None}
    for task in tasks(experiment):
        if before.get(task.name) == (task, _beside(task, experiment)) and task.after in same:
            same.add(task.name)
    found: list[str] = []
    needed: set[str | None] = set()
    # Runs come after those that they begin at.
    for task in reversed(list(tasks(experiment))):
        if is_done(task, out):
            continue
        if task.name in same - needed and task.name in rows:
            found.insert(0, task.name)
        else:
            needed.add(task.after)
    for name in found:
        folder = out / "runs" / name
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / RESULT, rows[name])
    return found


def _beside(task: Task, experiment: Experiment) -> tuple:
    """Return what a result depends on besides the settings of its run."""
    data = {name: experiment.data[name] for name in task.data}
    return data, experiment.splits, experiment.drift, experiment.memory_gib


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiment")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder of shared data")
    parser.add_argument("--parallel", type=int, default=1, help="runs at once")
    parser.add_argument("--known", type=Path, help="record of results that are not found anew")
    parser.add_argument("--only", default="", help="runs whose name holds this")
    parser.add_argument("--task", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    experiment = read_experiment(given.experiment)
    if given.known and not given.task:
        print("known:", ", ".join(adopt(given.known, experiment, given.out)) or "nothing", flush=True)
    wanted = [task for task in tasks(experiment) if given.only in task.name and not is_done(task, given.out)]
    if given.task:
        die_with_parent(os.getppid())
        do(experiment, next(task for task in wanted if task.name == given.task), given.out)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the runs are told, too
    for name, data in experiment.data.items():
        prepare(name, data, given.shared, given.out)
    failed = run_all(wanted, given)
    for row in results(experiment, given.out):
        means = {name: round(found["pearson_mean"], 4) for name, found in row.get("test", {}).items()}
        print(row["name"], row["outcome"], means)
    if failed:
        sys.exit(f"failed, see log.txt in their folders: {', '.join(failed)}")


if __name__ == "__main__":
    main()
