"""Time and memory of a table dataset of very many rows, and how fast training reads it.

Rows are 200-bp sequences in groups of four variants (one to three changes, one of them on the other strand),
with two values; split by group. The build runs in this process alone.

    python benchmarks/table_scale.py --rows 10000000 --folder /tmp/scale --out benchmarks/results/NAME.json
"""

import argparse
import datetime
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from senformer.core.commit import write_bytes, write_json
from senformer.core.provenance import versions
from senformer.dataset import build_dataset, open_dataset, parse_dataset
from senformer.dataset.table.batches import TableBatches

BP = 200
_ROWS = 100_000
_LETTERS = np.frombuffer(b"ACGT", np.uint8)


def table_text(n_rows: int, seed: int = 7) -> Iterator[bytes]:
    """Yield the table, some rows at a time."""
    rng = np.random.default_rng(seed)
    yield b"id\tseq\ta\tb\tgene\n"
    for first in range(0, n_rows, _ROWS):
        n = min(_ROWS, n_rows - first)
        codes = np.repeat(rng.integers(0, 4, (-(-n // 4), BP), dtype=np.uint8), 4, axis=0)[:n]
        for change in range(3):
            rows = np.flatnonzero(np.arange(n) % 4 > change)
            codes[rows, rng.integers(0, BP, len(rows))] = rng.integers(0, 4, len(rows))
        turned = np.arange(n) % 4 == 2
        codes[turned] = 3 - codes[turned][:, ::-1]
        text = _LETTERS[codes].tobytes().decode()
        order = rng.permutation(n).tolist()
        a, b = rng.normal(size=(2, n))
        lines = (
            f"c{first + i}\t{text[BP * r : BP * r + BP]}\t{a[r]:.4f}\t{b[r]:.4f}\tg{(first + r) // 4}\n"
            for i, r in enumerate(order)
        )
        yield "".join(lines).encode()


def measured(work: Any) -> tuple[Any, dict[str, float]]:
    """Return what a call gives, and its wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}


def peak_bytes() -> int:
    """Return the most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(table: Path, out: Path, batch_size: int = 1024, n_steps: int = 200) -> dict[str, Any]:
    """Build the table at ``out`` and read batches of its train rows; return what both took."""
    split = {"by": "group", "column": "gene", "fractions": {"valid": 0.05, "test": 0.05}}
    section = {"kind": "table", "rows": str(table), "id": "id", "sequence": "seq", "values": ["a", "b"]}
    config = parse_dataset({**section, "window_bp": 256, "split": split}, "table_scale")
    counts, took = measured(lambda: build_dataset(config, out))
    built = {**took, "peak_bytes": peak_bytes(), "rows": counts["rows"], "leaks": counts["leaks"]}
    batches, opened = measured(lambda: TableBatches(open_dataset(out), "train", batch_size, seed=1))
    batches.batch(0)
    _, took = measured(lambda: [batches.batch(step) for step in range(1, n_steps + 1)])
    n_read = n_steps * batch_size
    read = {**took, "batch_size": batch_size, "n_rows": n_read, "rows_per_s": n_read / took["seconds"]}
    read |= {"rows_per_cpu_s": n_read / took["cpu_seconds"], "peak_bytes": peak_bytes()}
    stored = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {"build": {**built, "stored_bytes": stored}, "open": opened, "read": read}


def main() -> None:
    """Write the table, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, required=True, help="scratch: the table and the dataset")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    table = args.folder / f"{args.rows}.tsv"
    if not table.exists():
        write_bytes(table, table_text(args.rows))
    load = os.getloadavg()[0]
    results = run(table, args.folder / "dataset")
    head = {"date": datetime.date.today().isoformat(), "versions": versions(), "rows": args.rows}
    head |= {
        "n_cores": len(os.sched_getaffinity(0)),
        "load_before": load,
        "table_bytes": table.stat().st_size,
    }
    write_json(args.out, {**head, **results})


if __name__ == "__main__":
    main()
