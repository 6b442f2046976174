"""Tables of a world of far enhancers: which enhancer acts on which promoter; every gene with its enhancer.

Both are read from the finished sequence, by the grammar, and not from what was planted.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from senformer.simulate.effects import Chromosome
from senformer.simulate.elements import ENHANCER_MOTIFS, Element
from senformer.simulate.far.reach import CELLS_OF_CODE, CODES, far_weight, responsiveness
from senformer.simulate.grammar import STEP_BP, Starts, far_activity, find_starts, start_activity
from senformer.simulate.links import LINK_COLUMNS, around
from senformer.simulate.tracks import TRACK_NAMES

GENE_COLUMNS = [
    "chrom",
    "position",
    "strand",
    "name",
    "code",
    "enhancer",
    "distance_bp",
    "weight",
    *(f"{value}_{cell}" for value in ("activity", "alone", "expected", "measured") for cell in "ab"),
]


def far_links(chromosome: Chromosome) -> pd.DataFrame:
    """Return one row a promoter and an enhancer of its code in reach (``LINK_COLUMNS``)."""
    far, n_steps = chromosome.far, -(-len(chromosome.codes) // STEP_BP)
    assert far is not None
    starts = find_starts(chromosome.sites)
    activity = [start_activity(chromosome.sites, starts, n_steps, cell, far) for cell in (0, 1)]
    promoters = [element for element in chromosome.elements if element.strand != 0]
    at = _start_of(promoters, starts)
    rows: list[dict] = []
    for code in CODES:
        enhancers = [e for e in chromosome.elements if e.kind == f"enhancer_{code}"]
        middle = np.array([(e.start + e.end) / 2 for e in enhancers])
        values = far_activity(chromosome.sites, n_steps, code)
        area = np.array([float(values[around(e)].sum()) for e in enhancers])
        listens = responsiveness(starts.position[at], chromosome.sites, code)
        for index in np.flatnonzero(listens > 0):
            place = starts.position[at[index]]
            weight = far_weight(middle - place, far)
            for number in np.flatnonzero(weight > 0):
                reach = float(listens[index] * weight[number] * area[number])
                row = {
                    "chrom": chromosome.name,
                    "enhancer": enhancers[number].name,
                    "promoter": promoters[index].name,
                    "distance_bp": round(abs(float(middle[number] - place))),
                    "weight": round(float(weight[number]), 5),
                }
                for cell, letter in enumerate("ab"):
                    row[f"reach_{letter}"] = round(reach * CELLS_OF_CODE[code][cell], 5)
                    row[f"activity_{letter}"] = round(float(activity[cell][at[index]]), 5)
                rows.append(row)
    return pd.DataFrame(rows, columns=LINK_COLUMNS)


def _start_of(promoters: Sequence[Element], starts: Starts) -> np.ndarray:
    """Return the start of each promoter: an element's anchor is it, to within half a base."""
    return np.array([int(np.abs(starts.position - p.anchor).argmin()) for p in promoters], dtype=int)


def genes_table(
    chromosomes: Sequence[Chromosome],
    expected: dict[str, Float[np.ndarray, "step track"]],
    counts: dict[str, Float[np.ndarray, "step track"]],
) -> pd.DataFrame:
    """Return one row a promoter, with the enhancer that adds most to it; ``enhancer`` is empty: none does.

    ``activity`` is the promoter's with its enhancers, ``alone`` what it would be without them; ``expected``
    and ``measured`` are CAGE counts of its strand within 256 bp of the element, in cells A and B.
    """
    tables = [_genes(c, expected[c.name], counts[c.name]) for c in chromosomes]
    return pd.concat(tables, ignore_index=True)


def _genes(
    chromosome: Chromosome, expected: Float[np.ndarray, "step track"], counts: Float[np.ndarray, "step track"]
) -> pd.DataFrame:
    far, n_steps = chromosome.far, -(-len(chromosome.codes) // STEP_BP)
    assert far is not None
    starts = find_starts(chromosome.sites)
    alone_far = far.model_copy(update={"gain": 0.0})
    activity = [start_activity(chromosome.sites, starts, n_steps, cell, far) for cell in (0, 1)]
    alone = [start_activity(chromosome.sites, starts, n_steps, cell, alone_far) for cell in (0, 1)]
    best = far_links(chromosome)
    best = best.assign(reach=best[["reach_a", "reach_b"]].max(axis=1))
    best = best[best["reach"] > 0].sort_values("reach", kind="stable").groupby("promoter").last()
    promoters = [element for element in chromosome.elements if element.strand != 0]
    rows = []
    for element, at in zip(promoters, _start_of(promoters, starts), strict=True):
        link = best.loc[element.name] if element.name in best.index else None
        row = {
            "chrom": chromosome.name,
            "position": round(float(starts.position[at])),
            "strand": "+" if element.strand > 0 else "-",
            "name": element.name,
            "code": _code(element),
            "enhancer": "" if link is None else link["enhancer"],
            "distance_bp": None if link is None else int(link["distance_bp"]),
            "weight": None if link is None else float(link["weight"]),
        }
        for cell, letter in enumerate("ab"):
            column = TRACK_NAMES.index(f"cage_{letter}_{'plus' if element.strand > 0 else 'minus'}")
            row[f"activity_{letter}"] = round(float(activity[cell][at]), 5)
            row[f"alone_{letter}"] = round(float(alone[cell][at]), 5)
            row[f"expected_{letter}"] = round(float(expected[around(element), column].sum()), 3)
            row[f"measured_{letter}"] = float(counts[around(element), column].sum())
        rows.append(row)
    table = pd.DataFrame(rows, columns=GENE_COLUMNS)
    return table.astype({"distance_bp": "Int64", "weight": "Float64"})


def _code(element: Element) -> str:
    """Return the code of a promoter's own site."""
    names = {site.motif for site in element.sites}
    return next(
        code for code, kind in ((c, f"enhancer_{c}") for c in CODES) if names & set(ENHANCER_MOTIFS[kind])
    )
