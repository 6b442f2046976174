import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.homology import leaked_bases

from senformer.dataset.homology.leakage import count_leaks, leaking_links
from senformer.dataset.homology.links import Links

PAIR = st.tuples(st.integers(0, 80), st.integers(0, 80), st.integers(1, 15), st.booleans())
REGION = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 12)), max_size=6)


def links(rows) -> Links:
    rows = [(a, a + n, b, b + n, turned) for a, b, n, turned in rows]
    bounds = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
    turned = np.array([row[4] for row in rows], bool)
    return Links(bounds[:, :2], bounds[:, 2:], turned, np.ones(len(rows), bool), np.arange(len(rows)))


def region(rows) -> np.ndarray:
    return np.array([(start, start + n) for start, n in rows], np.int64).reshape(-1, 2)


def bases(intervals) -> set[int]:
    return {base for low, high in intervals.tolist() for base in range(low, high)}


@settings(max_examples=80, deadline=None)
@given(st.lists(PAIR, max_size=6), REGION, REGION)
def test_leaking_links__equal_the_list_of_bases(rows, one, two):
    inside, against = region(one), region(two)
    found = leaking_links(links(rows), inside, against)
    pairs = [(a, a + n, b, b + n, turned) for a, b, n, turned in rows]
    assert bases(found.a) == leaked_bases(pairs, bases(inside), bases(against))
    assert bases(found.b) <= bases(against)


def test_count_leaks__shared_and_homologous_are_told_apart():
    parts = {"train": np.array([[0, 50]]), "test": np.array([[40, 100]])}
    counts = count_leaks(links([(0, 60, 10, False)]), parts)
    assert counts["test", "train"] == {"bp": 60, "shared_bp": 10, "homologous_bp": 10, "leaked_bp": 20}
    assert counts["train", "test"] == {"bp": 50, "shared_bp": 10, "homologous_bp": 10, "leaked_bp": 20}


def test_count_leaks__a_link_inside_one_split_leaks_nothing():
    parts = {"train": np.array([[0, 50]]), "test": np.array([[60, 100]])}
    assert count_leaks(links([(0, 30, 10, True)]), parts)["test", "train"]["leaked_bp"] == 0
