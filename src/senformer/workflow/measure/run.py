"""A benchmark from beginning to end: rows, machine, JSON file, figure."""

import contextlib
import logging
from pathlib import Path
from typing import Any

from senformer.core.commit import write_json, write_text
from senformer.core.errors import SenformerError, UsageError
from senformer.report.figures.bench_lengths import bench_lengths
from senformer.report.figures.bench_reach import bench_reach
from senformer.report.figures.style import Drawing
from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.case import Settings
from senformer.workflow.measure.machine import describe_machine
from senformer.workflow.measure.schedule import measure_all
from senformer.workflow.measure.summary import comparisons, slopes

log = logging.getLogger(__name__)


def run_bench(settings: Settings, out: Path) -> dict[str, Any]:
    """Measure every case, write ``out`` (JSON) and the figure beside it, and return what was written.

    The file is written again after every row, so that a benchmark that is stopped leaves what it has; the
    figure once, at the end.

    Raises
    ------
    UsageError
        The options leave nothing to measure.
    SenformerError
        A measuring process failed for another reason than memory or time; the file is written all the
        same, and the row says so.
    OutputError, StorageError
        The file cannot be written.
    """
    bench = BENCHES[settings.what]
    if not bench.cases(settings):
        raise UsageError(
            "E139", "--kinds", "leaves nothing to measure", "Name another kind, or drop --no-peer."
        )
    machine = describe_machine(settings.device, settings.threads)
    result: dict[str, Any] = {"machine": machine, "rows": []}
    write_json(out, result)
    with bench.data(settings) if bench.data else contextlib.nullcontext(settings) as settings:
        for row in measure_all(bench, settings, bench.cases(settings)):
            result["rows"].append(row)
            write_json(out, result)
    result |= {"comparisons": comparisons(result["rows"]), "slopes": slopes(result["rows"])}
    write_json(out, result)
    drawing = _draw(settings, result)
    if drawing is not None:
        write_text(out.with_suffix(".svg"), drawing.svg)
    _refuse_failures(result["rows"], out)
    return result


def _draw(settings: Settings, result: dict[str, Any]) -> Drawing | None:
    rows = [row for row in result["rows"] if row["seconds"] is not None]
    if not rows:
        log.warning("nothing was measured: there is no figure")
        return None
    if settings.what == "receptive-field":
        return bench_reach(rows)
    return bench_lengths(rows, settings.what)


def _refuse_failures(rows: list[dict[str, Any]], out: Path) -> None:
    failed = [row for row in rows if row.get("failed")]
    if failed:
        first = failed[0]
        name = f"{first['kind']}/{first['backend']} {first['dtype']} {first['length_bp']:,} bp"
        raise SenformerError(
            "E133",
            str(out),
            f"{len(failed)} of {len(rows)} measurements failed, first {name}: {first['skipped']}",
            "The other rows are good; the trace of each failure stands above.",
        )
