import numpy as np
import pytest
from torch import nn

from senformer.model.tiling.pieces import Part
from senformer.predict.delta.spans import changed_runs, cone, joined, leveled


class Toy(Part):
    def __init__(self, ratio, reach):
        super().__init__()
        self.ratio, self.reach, self.width = ratio, reach, 1

    def forward(self, x, missing, statistics=None):
        """Sum what each output row reads."""
        x = nn.functional.pad(x, (0, 0, *missing))
        return x.unfold(1, self.ratio + 2 * self.reach, self.ratio).sum(-1)


@pytest.mark.parametrize(
    ("places", "gap", "runs"),
    [([], 2, []), ([0], 2, [(0, 1)]), ([0, 3], 2, [(0, 4)]), ([0, 4, 19], 2, [(0, 1), (4, 5), (19, 20)])],
)
def test_changed_runs__joins_over_small_gaps(places, gap, runs):
    reference = np.zeros(20, np.uint8)
    other = reference.copy()
    other[places] = 3
    assert changed_runs(reference, other, gap) == runs


@pytest.mark.parametrize("run", [(0, 1), (23, 24), (10, 11), (11, 12), (4, 9)])
@pytest.mark.parametrize("parts", [[(2, 7)], [(1, 2), (2, 0)], [(2, 1), (1, 2), (2, 0)], [(4, 0), (1, 3)]])
def test_cone__is_exactly_the_rows_that_change(parts, run):
    n_rows = 24
    reads = [Toy(*part) for part in parts]
    rows = [{row} for row in range(n_rows)]
    for ratio, reach in parts:
        n_out = len(rows) // ratio
        windows = [(o * ratio - reach, (o + 1) * ratio + reach) for o in range(n_out)]
        rows = [set().union(*rows[max(0, low) : high]) for low, high in windows]
    touched = [o for o, read in enumerate(rows) if read & set(range(*run))]
    assert cone(reads, run, n_rows) == (touched[0], touched[-1] + 1)


def test_joined__overlapping_and_touching():
    assert joined([(5, 7), (0, 2), (2, 3), (6, 9)]) == [(0, 3), (5, 9)]


def test_leveled__like_lengths_become_one_and_stay_inside():
    # 5 and 6 lie between 4 and 8, 3 between 2 and 4; the run at the end is lengthened to the left.
    found = leveled([[(0, 5)], [(14, 19), (2, 8)], [(0, 3)]], 19)
    assert found == [[(0, 6)], [(2, 8), (13, 19)], [(0, 3)]]


def test_leveled__what_then_overlaps_is_joined():
    assert leveled([[(0, 6)], [(0, 5), (5, 10)]], 12) == [[(0, 6)], [(0, 11)]]
