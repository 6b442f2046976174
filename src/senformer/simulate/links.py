"""Which enhancer acts on which promoter, where enhancers act from near by."""

import numpy as np
import pandas as pd

from senformer.simulate.effects import Chromosome
from senformer.simulate.elements import ENHANCER_MOTIFS, Element
from senformer.simulate.grammar import (
    STEP_BP,
    distance_decay,
    enhancer_activity,
    find_starts,
    start_activity,
)

_FLANK_BP = 256
LINK_COLUMNS = [
    "chrom",
    "enhancer",
    "promoter",
    "distance_bp",
    "weight",
    "reach_a",
    "reach_b",
    "activity_a",
    "activity_b",
]


def near_links(chromosome: Chromosome) -> pd.DataFrame:
    """Return the links of one chromosome, promoter by promoter."""
    n_steps = -(-len(chromosome.codes) // STEP_BP)
    starts = find_starts(chromosome.sites)
    activity = [start_activity(chromosome.sites, starts, n_steps, cell) for cell in (0, 1)]
    strength = [enhancer_activity(chromosome.sites, n_steps, cell) for cell in (0, 1)]
    enhancers = [element for element in chromosome.elements if element.kind in ENHANCER_MOTIFS]
    middle = np.array([(element.start + element.end) / 2 for element in enhancers])
    area = [[float(values[around(element)].sum()) for element in enhancers] for values in strength]
    rows: list[dict] = []
    for promoter in (element for element in chromosome.elements if element.strand != 0):
        # An element's anchor is its start site, to within the half base of an even-width motif.
        at = int(np.abs(starts.position - promoter.anchor).argmin())
        weight = distance_decay(middle - starts.position[at])
        rows.extend(
            {
                "chrom": chromosome.name,
                "enhancer": enhancers[index].name,
                "promoter": promoter.name,
                "distance_bp": round(abs(float(middle[index] - starts.position[at]))),
                "weight": round(float(weight[index]), 5),
                "reach_a": round(float(weight[index]) * area[0][index], 5),
                "reach_b": round(float(weight[index]) * area[1][index], 5),
                "activity_a": round(float(activity[0][at]), 5),
                "activity_b": round(float(activity[1][at]), 5),
            }
            for index in np.flatnonzero(weight > 0)
        )
    return pd.DataFrame(rows, columns=LINK_COLUMNS)


def around(element: Element) -> slice:
    """Return the steps from 256 bp before to 256 bp after an element."""
    return slice((element.start - _FLANK_BP) // STEP_BP, -(-(element.end + _FLANK_BP) // STEP_BP))
