"""The page about one variant."""

from typing import Any

import numpy as np
import pandas as pd

from senformer.report import html
from senformer.report.figures import FIGURES
from senformer.report.figures.style import shorten
from senformer.report.page import document
from senformer.report.scores.background import background_note
from senformer.report.scores.names import remarks
from senformer.report.scores.overview import column_title, show_value
from senformer.report.scores.table import ScoredRows, ScoreTable
from senformer.report.sections.counter import FigureCounter
from senformer.report.sections.variants import reading_sentence
from senformer.variants.table import BESIDE, PERCENTILE, beside_name

N_SHOWN = 30
_WORDS = {
    "shift": "mean of two ALT windows, one that keeps the left end in place and one the right",
    "align": "ALT bins moved onto REF bins",
    "words": "the words of both alleles' strings, with the flanks that share a word with the allele",
}


def score_rows(table: ScoreTable, rows: ScoredRows) -> pd.DataFrame:
    """Return the scores of a variant, a row a track (and gene), the largest first."""
    n_tracks = len(table.tracks)
    parts = []
    for row in range(len(rows)):
        part = table.tracks.reset_index(drop=True)
        if "gene_id" in rows.facts:
            genes = {name: rows.facts[name][row] for name in ("gene_id", "gene_name", "tss_distance")}
            part = part.assign(**{name: [value] * n_tracks for name, value in genes.items()})
        parts.append(part.assign(**{name: array[row] for name, array in rows.values.items()}))
    found = pd.concat(parts, ignore_index=True)
    order = np.argsort(-np.nan_to_num(np.abs(found[table.rank_scorer]), nan=-1.0), kind="stable")
    return found.iloc[order].dropna(subset=[item["name"] for item in table.scorers], how="all")


def render_variant(item: dict[str, Any]) -> str:
    """Return the page as text, from the values that stand beside it as JSON."""
    counter = FigureCounter()
    parts = [
        html.element("p", html.element("a", "All variants", href="index.html")),
        html.element("header", html.element("h1", shorten(item["key"], 80)), html.paragraph(_subtitle(item))),
        html.section("variant", "The variant", _facts(item), *_mind(item)),
        html.section("tracks", "Predicted tracks", _track_sentence(item), counter.place(_drawn(item))),
        html.section("sequence", "Bases around it", *_sequence(item, counter)),
        html.section("scores", "Scores", *_scores(item)),
    ]
    return document(f"{item['key']}: senformer", html.element("main", html.join(parts)))


def _subtitle(item: dict[str, Any]) -> str:
    scorer = item["rank_scorer"]
    best = item["scores"][0] if item["scores"] else None
    if best is None or best[scorer] is None:
        return f"It has no {scorer}."
    name = f"{best['assay']} · {best['track_name']}" if best["assay"] else best["track_name"]
    text = f"Largest {scorer}: {show_value(scorer, best[scorer])} on {name}"
    percentile = best.get(beside_name(scorer, PERCENTILE))
    if percentile is not None:
        text += f", larger than {html.number(percentile, 2)} % of random variants of its class"
    return text + "."


def _facts(item: dict[str, Any]) -> html.Html:
    pairs = [
        ("place", f"{item['chrom']}:{item['position']:,} (1-based)"),
        ("alleles", f"{_cut(item['ref'])} > {_cut(item['alt'])}"),
    ]
    if item["variant_id"] != item["key"]:
        pairs.insert(0, ("ID", item["variant_id"]))
    if "file_ref" in item:
        there = f"{item['file_position']:,} {_cut(item['file_ref'])} > {_cut(item['file_alt'])}"
        pairs.append(("in the file", there))
    in_training = {True: "overlaps with training sequence", False: "held out", None: "not known"}
    pairs += [
        ("window", in_training[item.get("in_training")]),
        ("padded with N", f"{item['padded_bp']:,} bp"),
        ("insertion or deletion", _WORDS.get(item["indels"], "no: the length stays")),
    ]
    return html.facts(pairs)


def _cut(allele: str) -> str:
    return allele if len(allele) <= 40 else f"{allele[:20]}…{allele[-10:]} ({len(allele):,} bp)"


def _mind(item: dict[str, Any]) -> list[html.Html]:
    found = [text for text in remarks(item) if not text.startswith("indel")]
    return [html.element("p", "Mind: " + "; ".join(found) + ".", class_="mind")] if found else []


def _track_sentence(item: dict[str, Any]) -> html.Html:
    n_bins, text = (
        len(item["tracks"][0]["ref"]),
        f"The tracks with the largest absolute {item['rank_scorer']}",
    )
    if n_bins == 1:
        return html.paragraph(f"{text}. The model predicts one value for {item['bin_bp']} bp.")
    text += f", {n_bins} bins of {item['bin_bp']} bp around the variant. A score may read bins beyond them."
    return html.paragraph(text)


def top_arrays(item: dict[str, Any]) -> dict[str, Any]:
    """Return the predictions as arrays, in the form of ``FILE.top.npz`` with one variant."""
    tracks = item["tracks"]
    return {
        "key": [item["key"]],
        "chrom": [item["chrom"]],
        "position": [item["position"]],
        "start": [item["start"]],
        "bin_bp": item["bin_bp"],
        "ref": np.array([track["ref"] for track in tracks]).T[None],
        "alt": np.array([track["alt"] for track in tracks]).T[None],
        "track_name": [track["track_name"] for track in tracks],
        "assay": [track["assay"] for track in tracks],
    }


def _drawn(item: dict[str, Any]) -> Any:
    tracks = range(len(item["tracks"]))
    return FIGURES["variant_effect"](top_arrays(item), 0, tracks=tracks, genes=item["genes"])


def _sequence(item: dict[str, Any], counter: FigureCounter) -> list[html.Html]:
    if item["sequence"] is None:
        return [html.paragraph(item["why_no_letters"])]
    return [counter.place(FIGURES["allele_logos"](item["sequence"]))]


def _scores(item: dict[str, Any]) -> list[html.Html]:
    shown = item["scores"]
    if not shown:
        return [html.paragraph("It has no score.")]
    known = [scorer["name"] for scorer in item["scorers"]]
    each = [(name, *(beside_name(name, what) for what in BESIDE)) for name in known]
    names = [name for names in each for name in names if name in shown[0]]
    has_gene = any(row.get("gene_name") for row in shown)
    rows = [
        [
            row["track_name"],
            row["assay"] or "–",
            row["strand"],
            *([row["gene_name"] or "–"] if has_gene else []),
            *(show_value(name, row[name]) for name in names),
        ]
        for row in shown
    ]
    head = ["track", "assay", "strand", *(["gene"] if has_gene else []), *map(column_title, names)]
    text = f"By the absolute {item['rank_scorer']}"
    text += f"; {len(shown)} of {item['n_scores']:,} scores." if len(shown) < item["n_scores"] else "."
    return [
        html.paragraph(reading_sentence(item["scorers"], item["rank_scorer"])),
        *background_note(item.get("background")),
        html.table(head, rows, text),
    ]
