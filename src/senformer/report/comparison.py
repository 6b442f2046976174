"""``report`` of several runs: one page that lays them side by side."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from senformer.core.commit import write_text
from senformer.evaluate.comparison import compare_tracks, refuse_unlike
from senformer.report import html
from senformer.report.inputs import EvaluationFiles, read_evaluation, read_run
from senformer.report.page import contents, document
from senformer.report.sections.compared import (
    curves_section,
    differences_section,
    names_of,
    overview_section,
    settings_section,
)
from senformer.report.sections.counter import FigureCounter

_CONTENTS = (
    ("runs", "The runs"),
    ("accuracy", "Accuracy by assay"),
    ("training", "Training"),
    ("settings", "Settings"),
)


def write_comparison(runs: Sequence[Path], evaluations: Sequence[Path], out: Path) -> pd.DataFrame:
    """Write one self-contained page that compares runs with the first of them; return the differences.

    Parameters
    ----------
    runs
        Run folders of ``train``, two or more.
    evaluations
        For each run a folder of ``evaluate``, of the same windows of the same dataset.
    out
        File to write.

    Returns
    -------
    :data:`senformer.evaluate.comparison.COMPARISON` with the column ``run`` in front.

    Raises
    ------
    MissingInputError
        A file is not there.
    DataError
        A file is damaged, or two evaluations are not of the same windows and tracks.
    """
    read = [read_evaluation(folder) for folder in evaluations]
    refuse_unlike(
        {
            str(path): (one.metrics, one.record, one.tracks)
            for path, one in zip(evaluations, read, strict=True)
        }
    )
    names = names_of(runs)
    trained = dict(zip(names, map(read_run, runs), strict=True))
    evaluated = dict(zip(names, read, strict=True))
    first, *others = names
    found = {name: _compare(evaluated[first], evaluated[name]) for name in others}
    counter = FigureCounter()
    body = [
        html.element("header", html.element("h1", f"{first} beside {', '.join(others)}")),
        contents(_CONTENTS),
        overview_section(trained, evaluated),
        differences_section(first, evaluated, found, counter),
        curves_section(trained, counter),
        settings_section({name: run.record for name, run in trained.items()}),
    ]
    title = f"{' / '.join(names)}: senformer comparison"
    write_text(out, document(title, html.element("main", html.join(body))))
    return pd.concat([table.assign(run=name) for name, table in found.items()])[["run", *found[others[0]]]]


def _compare(first: EvaluationFiles, other: EvaluationFiles) -> pd.DataFrame:
    blocks = None
    if first.blocks is not None and other.blocks is not None:
        pairs = {"pearson_r": "raw", "pearson_r_log1p": "log1p"}
        blocks = {metric: (first.blocks[kind], other.blocks[kind]) for metric, kind in pairs.items()}
    return compare_tracks(first.tracks, other.tracks, blocks)
