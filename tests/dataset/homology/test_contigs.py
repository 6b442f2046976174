import numpy as np

from senformer.dataset.homology.contigs import carry_cuts, cut_contigs, halve, whole_contigs
from senformer.dataset.homology.links import Links
from senformer.dataset.homology.space import Space

SPACE = Space.of({"g": {"chr1": 100, "chr2": 40}})


def test_whole_contigs__between_gaps():
    gaps = np.array([[20, 30], [0, 4], [28, 35]])
    assert whole_contigs(SPACE, gaps).tolist() == [[4, 20], [35, 100], [101, 141]]
    assert whole_contigs(SPACE, gaps, min_bp=40).tolist() == [[35, 100], [101, 141]]


def test_whole_contigs__a_gap_at_the_very_end():
    assert whole_contigs(SPACE, np.array([[90, 100]])).tolist() == [[0, 90], [101, 141]]


def test_halve__until_none_is_longer():
    contigs = np.array([[0, 100], [101, 141]])
    cuts = halve(contigs, 30)
    assert cuts.tolist() == [25, 50, 75, 121]
    pieces = cut_contigs(contigs, cuts)
    assert pieces.tolist() == [[0, 25], [25, 50], [50, 75], [75, 100], [101, 121], [121, 141]]


def test_halve__goes_round_what_is_covered_where_it_can():
    assert halve(np.array([[0, 100]]), 60, np.array([[45, 52]])).tolist() == [52]
    assert halve(np.array([[0, 100]]), 60, np.array([[49, 90]])).tolist() == [49]
    # Both ends are farther than a quarter.
    assert halve(np.array([[0, 100]]), 60, np.array([[20, 80]])).tolist() == [50]


def test_halve__equals_the_heap_of_longest_first():
    rng = np.random.default_rng(3)
    contigs = np.cumsum(rng.integers(1, 5000, 20)).reshape(-1, 2)
    waiting, pieces = [tuple(c) for c in contigs.tolist()], []
    while waiting:
        waiting.sort(key=lambda c: c[1] - c[0])
        start, end = waiting.pop()
        if end - start > 700:
            middle = start + (end - start) // 2
            waiting += [(start, middle), (middle, end)]
        else:
            pieces.append((start, end))
    assert cut_contigs(contigs, halve(contigs, 700)).tolist() == [list(c) for c in sorted(pieces)]


def test_cut_contigs__a_cut_at_an_edge_or_outside_is_none():
    assert cut_contigs(np.array([[10, 20], [30, 40]]), np.array([5, 10, 20, 25, 35, 35, 50])).tolist() == [
        [10, 20],
        [30, 35],
        [35, 40],
    ]


def test_carry_cuts__to_the_same_base_and_between_blocks():
    links = Links(
        np.array([[10, 20], [30, 40], [50, 60]]),
        np.array([[110, 120], [125, 135], [200, 210]]),
        np.array([False, False, True]),
        np.ones(3, bool),
        np.array([0, 0, 1]),
    )
    # 13 is base 3 of the first block; 25 lies between two; 55 is base 5 of a turned one; 45 is in no group.
    assert carry_cuts(np.array([13, 25, 45, 55]), links).tolist() == [113, 125, 205]
    # And back from the other side.
    assert carry_cuts(np.array([122]), links).tolist() == [30]
    assert len(carry_cuts(np.array([13]), Links.none())) == 0
