"""Do one run of an experiment: train, evaluate on the test split, and keep what was found.

Every step goes on where a killed one was; ``result.json`` in the run's folder comes last and says that it is
done.
"""

import json
import resource
from pathlib import Path
from typing import Any

from benchmarks.experiments.genes import by_distance, gene_predictions, read_genes
from benchmarks.experiments.plan import Data, Experiment, Task

from senformer.core.commit import remove, write_json
from senformer.core.config import parse
from senformer.core.memory import keep_freed_memory
from senformer.core.provenance import make_record
from senformer.dataset import open_dataset
from senformer.dataset.kinds import build_dataset, parse_dataset
from senformer.evaluate.evaluate import METRICS_FILE, evaluate
from senformer.model.extend import extend
from senformer.predict.source import load_run_model
from senformer.simulate import SimulateConfig, simulate
from senformer.train import TrainConfig, train

RESULT, PEAK = "result.json", "peak.json"
FINISHED, OVER = "finished", "over memory"
_KIB, _GIB = 1 << 10, 1 << 30


def prepare(name: str, data: Data, shared: Path, out: Path) -> None:
    """Make the world and the dataset ``name`` in ``out``, or what is missing of them."""
    values = {**data.dataset, **{key: str(shared / path) for key, path in data.files.items()}}
    if data.simulate is not None:
        world = out / "worlds" / name
        if not (world / "DONE.json").is_file():
            simulate(parse(SimulateConfig, data.simulate, f"{name}.simulate"), world)
        values |= {"genome": str(world / "genome.fa.gz"), "tracks": str(world / "tracks.tsv")}
    if not (out / "data" / name / "DONE.json").is_file():
        build_dataset(parse_dataset(values, f"{name}.dataset"), out / "data" / name)


def do(experiment: Experiment, task: Task, out: Path) -> dict[str, Any]:
    """Train and evaluate ``task`` below ``out``, whose datasets are there, and return its result."""
    folder = out / "runs" / task.name
    limit_memory(experiment.memory_gib)
    keep_freed_memory()
    found = {"name": task.name, "arm": task.arm, "data": list(task.data), "seed": task.seed}
    try:
        found |= _train(task, folder, out) if task.extend is None else _extend(task, folder, out)
        found |= {split: _evaluate(task, split, folder, out) for split in experiment.splits}
        if experiment.drift:
            found |= _drift(experiment.splits[-1], task, folder, out)
        found |= _genes(experiment, task, folder, out)
        found["outcome"] = FINISHED
    except (MemoryError, RuntimeError) as fault:
        if not is_out_of_memory(fault):
            raise
        found |= {"outcome": OVER, "memory_gib": experiment.memory_gib}
    record = make_record("experiment")
    found |= {key: record[key] for key in ("versions", "commit", "dirty", "host")}
    write_json(folder / RESULT, found)
    return found


def limit_memory(gib: float | None) -> None:
    """Let this process ask for no more private memory than this."""
    if gib is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (int(gib * _GIB), int(gib * _GIB)))


def is_out_of_memory(fault: Exception) -> bool:
    """Say whether memory was refused to the process."""
    return isinstance(fault, MemoryError) or "can't allocate memory" in str(fault)


def _train(task: Task, folder: Path, out: Path) -> dict[str, Any]:
    organisms = {d.organism: d for d in (open_dataset(out / "data" / name) for name in task.data)}
    values = dict(task.train)
    if "finetune" in values:
        values["finetune"] = {**values["finetune"], "from": str(out / "runs" / str(task.after) / "run")}
    config = parse(TrainConfig, values, f"{task.name}.train")
    done = train(
        task.model, config, organisms, folder / "run", resume=(folder / "run" / "run.json").is_file()
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    if not (folder / PEAK).is_file():  # of a run that was finished before, this process saw nothing
        write_json(folder / PEAK, {"bytes": peak})
    best = done["best"]
    return {
        "steps": done["steps"],
        "seconds": done["seconds"],
        "best": best,
        "peak_bytes": read_peak(folder),
    }


def _extend(task: Task, folder: Path, out: Path) -> dict[str, Any]:
    """Put the model of an earlier run, extended, where a trained one would be."""
    if not (folder / "run" / "card.json").is_file():
        model = load_run_model(out / "runs" / str(task.after) / "run")
        remove(folder / "run")
        extend(model, **(task.extend or {})).save(folder / "run")
    return {"steps": 0}


def read_peak(folder: Path) -> int:
    """Return the memory that the training took, in bytes."""
    return int(json.loads((folder / PEAK).read_text(encoding="utf-8"))["bytes"])


def _genes(experiment: Experiment, task: Task, folder: Path, out: Path) -> dict[str, Any]:
    """Return what is predicted of far enhancers, in worlds that have them."""
    worlds = [name for name in task.data if "far" in (experiment.data[name].simulate or {})]
    found = {}
    for name in worlds:
        genes = read_genes(out / "worlds" / name)
        table = gene_predictions(folder / "run", open_dataset(out / "data" / name), genes)
        found[name] = by_distance(table)
    return {"genes": found} if found else {}


def _drift(split: str, task: Task, folder: Path, out: Path) -> dict[str, Any]:
    """Return how far a model is from that of the run that it began at."""
    if task.after is None:
        return {}
    found = _evaluate(task, split, folder, out, against=out / "runs" / task.after / "run")
    return {"drift": {name: metrics["drift"] for name, metrics in found.items()}}


def _evaluate(task: Task, split: str, folder: Path, out: Path, against: Path | None = None) -> dict[str, Any]:
    found = {}
    for name in task.data:
        place = folder / f"{split if against is None else 'drift'}-{name}"
        if (place / "DONE.json").is_file():
            found[name] = json.loads((place / METRICS_FILE).read_text(encoding="utf-8"))
        else:
            dataset = open_dataset(out / "data" / name)
            found[name] = evaluate(folder / "run", dataset, place, split=split, against=against, batch_size=1)
    return found
