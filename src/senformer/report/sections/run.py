"""What was run: data, model, settings, versions, and the commands that make it again."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from senformer.core.wording import counted
from senformer.report import html
from senformer.report.inputs import RunFiles


def run_section(
    run: RunFiles,
    records: Iterable[dict[str, Any] | None],
    builds: Mapping[str, dict[str, Any] | None] | None = None,
) -> html.Html:
    """Return the section on the run.

    Parameters
    ----------
    run
        The training run.
    records
        Run records of everything else on the page, for their commands.
    builds
        Run records of the datasets, and of models that runs began at, by path; None where one cannot be read.
    """
    record, builds, records = run.record, builds or {}, list(records)
    parts = [
        html.facts(_facts(run)),
        html.element("h3", "Inputs"),
        _inputs([record, *records]),
        html.element("h3", "Commands"),
        html.paragraph(_commands_title([path for path, build in builds.items() if build is None])),
        _commands([*builds.values(), record, *records]),
        _folded("Configuration", record.get("config")),
        _folded("Versions", record.get("versions")),
    ]
    if run.card and run.card.get("training", {}).get("intervals"):
        parts.append(_intervals(run.card["training"]["intervals"]))
    return html.section("run", "What was run", *parts)


def _facts(run: RunFiles) -> list[tuple[str, Any]]:
    record, card, done = run.record, run.card or {}, run.done or {}
    host = record.get("host") or {}
    state = "finished" if run.done else "not finished: the numbers below may change"
    found = [
        ("State", state),
        ("Started", record.get("started")),
        ("Seed", record.get("seed")),
        ("Model", card.get("name")),
        (
            "Heads",
            ", ".join(
                f"{head}: {counted(len(tracks), 'track')}"
                for head, tracks in (card.get("heads") or {}).items()
            ),
        ),
        (
            "Window",
            f"{card['window_bp']:,} bp in, {card['crop_bins']:,} bins cropped on each side" if card else None,
        ),
        ("Weights kept", f"step {done['exported_step']:,}" if "exported_step" in done else None),
        ("Weights SHA-256 (begin)", html.element("code", card["sha256"][:16]) if card else None),
        ("Commit", _commit(record)),
        ("Machine", f"{host.get('system')}, {_cpus(host)}" if host else None),
    ]
    return [(name, value) for name, value in found if value not in (None, "")]


def _cpus(host: dict[str, Any]) -> str:
    n_cpus = host.get("cpus")
    return "CPUs unknown" if n_cpus is None else counted(n_cpus, "CPU")


def _commit(record: dict[str, Any]) -> str | None:
    commit = record.get("commit")
    return f"{commit[:12]}{' with uncommitted changes' if record.get('dirty') else ''}" if commit else None


def _inputs(records: list[dict[str, Any] | None]) -> html.Html:
    rows: dict[str, tuple] = {}
    for record in records:
        for name, item in ((record or {}).get("inputs") or {}).items():
            digest = html.element("code", item.get("sha256", "–")[:16])
            rows.setdefault(item["path"], (name, html.element("code", item["path"]), digest))
    if not rows:
        return html.paragraph("No input file was recorded.")
    return html.table(("input", "path", "SHA-256 (begin)"), rows.values())


def _commands_title(unread: list[str]) -> str:
    if not unread:
        return "These command lines made what this page shows, in this order:"
    return (
        "These command lines were recorded, in this order; what made these inputs is not among them, for no "
        f"record of it can be read: {', '.join(unread)}."
    )


def _commands(records: list[dict[str, Any] | None]) -> html.Html:
    lines = dict.fromkeys(
        str(record["command_line"]) for record in records if record and "command_line" in record
    )
    return html.element("pre", html.element("code", "\n".join(lines)))


def _folded(title: str, value: Any) -> html.Html:
    if not value:
        return html.Html("")
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return html.element(
        "details", html.element("summary", title), html.element("pre", html.element("code", text))
    )


def _intervals(intervals: dict[str, list]) -> html.Html:
    rows = []
    for organism, items in intervals.items():
        by_chrom: dict[str, int] = {}
        for chrom, start, end in items:
            by_chrom[chrom] = by_chrom.get(chrom, 0) + end - start
        rows += [(organism, chrom, f"{bases:,}") for chrom, bases in by_chrom.items()]
    body = html.table(("organism", "chromosome", "bp seen in training"), rows)
    return html.element("details", html.element("summary", "Training sequence"), body)
