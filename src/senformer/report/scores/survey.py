"""Reads a score table once, and keeps what its pages need: counts, the largest effects, variants by name."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from senformer.core.errors import DataError
from senformer.core.wording import closest
from senformer.report.scores.table import ScoredRows, ScoreTable
from senformer.report.scores.tally import Tally, choose_against


@dataclass(frozen=True)
class Survey:
    """What one reading of a table leaves.

    Attributes
    ----------
    tally
        Counts over all rows.
    top
        Rows of the variants with the largest effects, the largest first.
    named
        Rows of the variants that were asked for by name, in the order of the table.
    """

    tally: Tally
    top: list[ScoredRows]
    named: list[ScoredRows]


def survey(table: ScoreTable, names: Sequence[str], n_top: int) -> Survey:
    """Read a table.

    A variant's effect is the largest absolute score that ranks, over its tracks and genes; of equal ones the
    first of the table counts, and one without any such score is not among the largest.

    Parameters
    ----------
    table
        The table.
    names
        Variants to find: a key (``chr1:1000:A>C``), an ID, or a place (``chr1:1000``), which may hold
        several; in normal form or as in the file.
    n_top
        How many of the largest effects to keep.

    Raises
    ------
    DataError
        The table is damaged (E783), holds no score (E783), or a name is not in it (E786).
    """
    rank = table.rank_scorer
    tally = Tally(len(table.tracks), rank, choose_against(rank, table.value_names()))
    top: list[tuple[float, int, ScoredRows]] = []
    named: list[ScoredRows] = []
    wanted, found = frozenset(names), set[str]()
    known: list[str] = []
    n_read = 0
    for block in table.blocks():
        tally.add(block)
        bounds = block.bounds()
        sizes = variant_sizes(block.values[rank], bounds)
        for place in np.argsort(-sizes, kind="stable")[:n_top].tolist():
            if sizes[place] < 0 or (len(top) == n_top and sizes[place] <= top[0][0]):
                break
            rows = block.cut(bounds[place], bounds[place + 1])
            push = heapq.heappush if len(top) < n_top else heapq.heappushpop
            push(top, (float(sizes[place]), -(n_read + place), rows))
        if wanted:
            for first, last in pairwise(bounds):
                if hits := wanted & names_of(block, first):
                    found |= hits
                    named.append(block.cut(first, last))
            known += block.facts["key"][:1000] if len(known) < 1000 else []
        n_read += len(sizes)
    if missing := [name for name in names if name not in found]:
        near = closest(missing[0], known)
        todo = f"Is it {near}?" if near else "Give a key as chr1:1000:A>C, an ID, or a place as chr1:1000."
        raise DataError(
            "E786", f"variant {missing[0]!r}", f"is not among the {n_read:,} of {table.path}", todo
        )
    return Survey(tally, [item[2] for item in sorted(top, key=lambda item: item[:2], reverse=True)], named)


def variant_sizes(scores: np.ndarray, bounds: Sequence[int]) -> np.ndarray:
    """Return the largest absolute score of each variant; -1 where it has none."""
    if len(scores) == 0:
        return np.zeros(0)
    of_row = np.nan_to_num(np.abs(scores), nan=-1.0).max(axis=1)
    return np.maximum.reduceat(of_row, bounds[:-1])


def names_of(rows: ScoredRows, row: int) -> set[str]:
    """Return what the variant of a row may be called."""
    of = {name: items[row] for name, items in rows.facts.items()}
    normal = f"{of['chrom']}:{of['position']}"
    found = {of["key"], of["variant_id"], normal}
    if "file_position" in of:
        here = f"{of['chrom']}:{of['file_position']}"
        found |= {here, f"{here}:{of['file_ref']}>{of['file_alt']}"}
    return found
