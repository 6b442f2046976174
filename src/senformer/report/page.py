"""``report``: one page about a run that needs nothing but a browser, not even a network."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from senformer.core.commit import write_text
from senformer.report import html
from senformer.report.builds import read_builds
from senformer.report.inputs import EvaluationFiles, read_drifts, read_evaluation, read_run, read_scores
from senformer.report.sections.accuracy import accuracy_section
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.drift import drift_section
from senformer.report.sections.genes import genes_section
from senformer.report.sections.loci import loci_section
from senformer.report.sections.run import run_section
from senformer.report.sections.summary import summary
from senformer.report.sections.training import training_section
from senformer.report.sections.variants import variants_section

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'"
_CONTENTS = (
    ("training", "Training"),
    ("accuracy", "Accuracy"),
    ("drift", "Drift from the other model"),
    ("genes", "Expression at genes"),
    ("loci", "Predicted against measured"),
    ("variants", "Variant effects"),
    ("run", "What was run"),
)


def write_report(
    run: Path,
    out: Path,
    *,
    evaluation: Path | None = None,
    scores: Path | None = None,
    drifts: Mapping[str, Path] | None = None,
    extra: dict[str, Any] | None = None,
) -> None:
    """Write one self-contained HTML page about a run.

    The page depends on the files it shows alone: equal files give equal bytes. A page that is there is
    replaced.

    Parameters
    ----------
    run
        Run folder of ``train``.
    out
        File to write.
    evaluation
        Folder of ``evaluate``.
    scores
        Table of ``score``, with the files beside it; its own pages are linked where it has any.
    drifts
        Folders of ``evaluate`` against another model, by the name that each model has on the page.
    extra
        Further numbers for the summary: ``test.ceiling_mean``, and ``variants`` with ``auroc_planted``,
        ``n_break``, ``n_control``.

    Raises
    ------
    MissingInputError
        A file that was named is not there.
    DataError
        A file is damaged.
    """
    drifted = read_drifts(drifts or {})
    home = Path(out).absolute().parent
    write_text(Path(out), render_report(run, evaluation, scores, drifted, extra or {}, home))


def render_report(
    run: Path,
    evaluation: Path | None,
    scores: Path | None,
    drifted: Mapping[str, EvaluationFiles],
    extra: dict[str, Any],
    home: Path | None = None,
) -> str:
    """Return the page of :func:`write_report` as text; links are relative to the folder ``home``."""
    trained = read_run(Path(run))
    evaluated = read_evaluation(Path(evaluation)) if evaluation else None
    scored = read_scores(Path(scores)) if scores else None
    records = [evaluated.record if evaluated else None, scored.record if scored else None]
    records += [found.record for found in drifted.values()]
    counter = FigureCounter()
    builds = read_builds([trained.record, *records])
    has_genes = evaluated is not None and "genes" in evaluated.metrics
    left_out = {"genes": not has_genes, "drift": not drifted}
    title = "/".join(Path(run).resolve().parts[-2:])
    body = [
        html.element(
            "header", html.element("h1", f"Report on {title}"), html.paragraph(_subtitle(trained.card))
        ),
        summary(trained, evaluated, scored, extra),
        contents(entry for entry in _CONTENTS if not left_out.get(entry[0])),
        training_section(trained, counter),
        accuracy_section(evaluated, counter),
        *([drift_section(drifted, counter)] if drifted else []),
        *([genes_section(evaluated, counter)] if evaluated is not None and has_genes else []),
        loci_section(evaluated, counter),
        variants_section(scored, counter, home),
        run_section(trained, records, builds),
    ]
    return document(f"{title}: senformer report", html.element("main", html.join(body)))


def _subtitle(card: dict[str, Any] | None) -> str:
    if card is None:
        return "A senformer run under way: no model has been exported yet."
    return (
        f"A {card['name']} model that predicts {sum(map(len, card['heads'].values())):,} tracks in bins of "
        f"{card['bin_bp']} bp from {card['window_bp']:,} bp of DNA sequence."
    )


def contents(sections: Iterable[tuple[str, str]]) -> html.Html:
    """Return links to the sections of a page, given by identifier and title."""
    links = [html.element("a", title, href=f"#{identifier}") for identifier, title in sections]
    return html.element("nav", *links, aria_label="Contents")


def document(title: str, body: html.Html) -> str:
    """Return a whole page: it needs nothing but a browser and loads nothing.

    Its one script, which sorts tables, is told by its digest: the page runs no other.
    """
    css, script = (_text(f"page.{kind}") for kind in ("css", "js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = html.escape(_POLICY.format(digest))
    head = html.join(
        [
            html.Html('<meta charset="utf-8">'),
            html.Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            html.Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            html.element("title", title),
            html.Html(f"<style>\n{css}</style>"),
        ]
    )
    body = html.join([body, html.Html(f"<script>{script}</script>")])
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def _text(name: str) -> str:
    return resources.files("senformer.report").joinpath(name).read_text(encoding="utf-8")
