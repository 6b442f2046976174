import pytest

from senformer.genome.interval import Interval
from senformer.genome.variant import Variant
from senformer.variants.place import Place, touched

# window 100 to 136, 7 bins of 4 bp, 4 bp cropped on each side: bins from 104 to 132
PLACE = Place(Variant("chrA", 118, "A", "C"), Interval("chrA", 100, 136), 7, 4)


def test_place__output_lies_in_the_middle_of_the_window():
    assert (PLACE.start, PLACE.end) == (104, 132)


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (118, 119, 3, 4),
        (116, 120, 3, 4),
        (115, 121, 2, 5),
        (104, 132, 0, 7),
        (0, 500, 0, 7),
        (90, 104, 0, 0),
        (90, 105, 0, 1),
        (131, 200, 6, 7),
        (132, 200, 7, 7),
    ],
)
def test_bins__every_bin_that_is_touched(start, end, first, last):
    assert PLACE.bins(start, end) == slice(first, last)


@pytest.mark.parametrize(
    ("ref", "alt", "expected"),
    [
        ("A", "C", (118, 119)),
        ("ACG", "TCA", (118, 121)),
        ("ACG", "A", (119, 121)),
        ("A", "ACG", (118, 120)),  # between 118 and 119
    ],
)
def test_touched__what_changes_in_the_genome(ref, alt, expected):
    assert touched(Variant("chrA", 118, ref, alt)) == expected
