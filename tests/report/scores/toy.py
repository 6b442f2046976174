"""A small score table with everything that pages tell apart, as ``score`` writes it."""

from pathlib import Path

import numpy as np
from tests.report.toy import TRACKS, record, write

from senformer.genome.variant import Origin, Variant
from senformer.variants.genes import Gene
from senformer.variants.masks import parse_scorer
from senformer.variants.measure import VariantScores
from senformer.variants.output import write_scores
from senformer.variants.part_file import write_part
from senformer.variants.sheet import Sheet
from senformer.variants.table import score_schema, score_table, track_frame

N_VARIANTS = 7


def scored_variants(percentiles: bool = False, genes: bool = False) -> list[VariantScores]:
    """Return seven variants: SAD is an eighth of ten times their number and one times that of the track.

    SAR is a tenth of it. Odd variants lower the signal. The third is an insertion, the fourth is swapped and
    padded. With genes each has a row of its own and one of a gene, whose scores are twice as large.
    """
    found = []
    for number in range(N_VARIANTS):
        alt = "AGG" if number == 2 else "C"
        origin = Origin(number + 9, 1, 1000 + number, "A", alt)
        variant = Variant("chr1", 999 + 10 * number, "A", alt, f"rs{number}", number == 3, origin)
        values = (10 * number + np.arange(len(TRACKS))) * (-1.0 if number % 2 else 1.0) / 8
        both = np.stack([values, values / 10])
        spare = {"offset_bp": number - 1, "in_training": number == 1}
        of_random = np.full_like(both, 50.0) + 7 * number if percentiles else None
        rows = [VariantScores(variant, 64 * (number == 3), both, percentiles=of_random, **spare)]
        if genes:
            gene = Gene(f"g{number}", f"name{number}", "+", 1200)
            rows.append(VariantScores(variant, 0, 2 * both, gene, **spare))
        found += rows
    return found


def write_table(path: Path, layout: str = "long", genes: bool = False, **kinds: bool) -> Path:
    """Write the table in parts of three rows, its run record, and no other file."""
    scorers = [parse_scorer(name) for name in (("SAD", "SAR@tss") if genes else ("SAD", "SAR"))]
    rows, tracks = scored_variants(genes=genes, **kinds), track_frame(TRACKS, len(TRACKS))
    beside = ["percentile"] if kinds.get("percentiles") else []
    sheet = Sheet([], scorers, tracks, beside, layout)
    parts = []
    for first in range(0, len(rows), 3):
        part = path.with_name(f"part{first}.parquet")
        write_part(part, score_table(rows[first : first + 3], "toy", tracks, scorers, "shift"), sheet.schema)
        parts.append(part)
    write_scores(path, Sheet(parts, scorers, tracks, beside, layout))
    counts = {"n_records": 8, "n_alleles": 9, "n_scored": N_VARIANTS, "skipped": {"symbolic": 2}}
    facts = {
        "counts": counts | {"n_tracks": len(tracks)},
        "scores": [scorer.definition for scorer in scorers],
    }
    config = {"layout": layout, "strands": "both", "head": "toy"}
    write(path.with_name(f"{path.name}.run.json"), record("score", config=config, **facts))
    assert sheet.schema == score_schema(scorers, beside)
    return path
