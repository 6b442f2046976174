"""Writes the pages of a score table: a page about all of it, one a chosen variant, and the data they show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from senformer.core.commit import commit_file, commit_folder, refuse_existing, write_json, write_text
from senformer.core.errors import UsageError
from senformer.core.provenance import write_record
from senformer.report.scores.names import page_name
from senformer.report.scores.overview import N_LISTED, describe_overview, render_overview
from senformer.report.scores.survey import Survey, survey
from senformer.report.scores.table import ScoredRows, ScoreTable, open_scores
from senformer.report.scores.variant import N_SHOWN, render_variant, score_rows
from senformer.variants.genes import read_starts
from senformer.workflow.pages.explain import explain
from senformer.workflow.pages.reopen import reopen

FOLDER = ".pages"
"""What the name of a table ends in for the folder of its pages."""


def report_scores(
    scores: Path,
    out: Path | None = None,
    *,
    variants: Sequence[str] = (),
    top: int = 5,
    models: Sequence[Path] = (),
    genome: Path | None = None,
    genes: Path | None = None,
) -> Path:
    """Write the pages of a score table into a folder and return the page about all of it.

    The default folder is written anew each time; another ``out`` must be free.

    Parameters
    ----------
    scores
        Table of ``score``, parquet or TSV, long or wide.
    out
        Folder; ``SCORES.pages`` unless given.
    variants
        Variants that get a page, by key, ID or place (:func:`senformer.report.scores.survey.survey`).
    top
        How many of the largest effects get a page, too.
    models, genome
        Where the models and the genome of the scores lie now, if they have moved.
    genes
        GTF: starts of transcripts are marked. That of the scores unless given.

    Raises
    ------
    UsageError
        The table is of another format (E785), or ``top`` is negative (E789).
    MissingInputError
        The table, a model or the genome is missing.
    DataError
        One of them is damaged or another one, or a variant is not in the table (E786).
    OutputError
        ``out`` exists.
    """
    if top < 0:
        raise UsageError("E789", "--top", f"is {top}", "Give 0 or more.")
    folder = out or scores.with_name(scores.name + FOLDER)
    if out is not None or not (folder / "overview.json").is_file():
        refuse_existing(folder)
    table = open_scores(scores)
    found = survey(table, variants, max(top, N_LISTED))
    chosen = _chosen(found, top)
    data = _explain_all(table, chosen, models, genome, genes) if chosen else {}
    commit_folder(folder, lambda temporary: _write(temporary, table, found, chosen, data))
    return folder / "index.html"


def _chosen(found: Survey, top: int) -> dict[str, ScoredRows]:
    """Return the rows of the variants that get a page, by key: the largest first, then those named."""
    return {rows.facts["key"][0]: rows for rows in [*found.top[:top], *found.named]}


def _explain_all(
    table: ScoreTable,
    chosen: dict[str, ScoredRows],
    models: Sequence[Path],
    genome: Path | None,
    genes: Path | None,
) -> dict[str, dict[str, Any]]:
    recorded = table.record["inputs"].get("genes", {}).get("path")
    scoring = reopen(table, models, genome, genes if recorded else None)
    source = genes or (Path(recorded) if recorded else None)
    starts = None if source is None else read_starts(source, scoring.fasta.chrom_sizes)
    return {key: explain(scoring, table, rows, starts) for key, rows in chosen.items()}


def _write(
    folder: Path,
    table: ScoreTable,
    found: Survey,
    chosen: dict[str, ScoredRows],
    data: dict[str, dict[str, Any]],
) -> None:
    pages = {key: page_name(key) for key in chosen}
    for key, rows in chosen.items():
        scored = score_rows(table, rows)
        _write_table(folder / f"{pages[key]}.scores.parquet", scored)
        item = data[key] | {"scores": scored.head(N_SHOWN).to_dict("records"), "n_scores": len(scored)}
        item["background"] = table.record.get("background")
        write_json(folder / f"{pages[key]}.json", item)
        write_text(folder / f"{pages[key]}.html", render_variant(item))
    overview = describe_overview(table, found, pages)
    tracks, cells = found.tally.by_track(table.tracks), found.tally.cells()
    write_json(folder / "overview.json", overview)
    _write_table(folder / "tracks.parquet", tracks)
    _write_table(folder / "cells.parquet", cells)
    write_text(folder / "index.html", render_overview(overview, tracks, cells))
    write_record(folder, "report", inputs={"scores": table.path}, config={"variants": list(chosen)})


def _write_table(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    commit_file(path, lambda temporary: pq.write_table(table, temporary, write_page_checksum=True))
