import numpy as np

from senformer.dataset.homology.components import find_components
from senformer.dataset.homology.links import Links

CONTIGS = np.array([[0, 10], [10, 20], [21, 30], [30, 40], [45, 50]])


def links(*rows, gapless=True) -> Links:
    a, b, reverse = zip(*rows, strict=True)
    n = len(rows)
    return Links(np.array(a), np.array(b), np.array(reverse), np.full(n, gapless), np.arange(n))


def test_find_components__without_links_every_contig_is_one():
    assert find_components(CONTIGS, Links.none()).tolist() == [0, 1, 2, 3, 4]


def test_find_components__a_gapless_pair_joins_the_paired_bases_only():
    # 8-12 is 28-32: the border of both sides falls at the same base.
    found = find_components(CONTIGS, links(([8, 12], [28, 32], False)))
    assert found.tolist() == [0, 1, 0, 1, 2]
    # Turned around, 8-10 is 30-32.
    found = find_components(CONTIGS, links(([8, 12], [28, 32], True)))
    assert found.tolist() == [0, 1, 1, 0, 2]


def test_find_components__a_pair_with_gaps_joins_all_it_touches():
    found = find_components(CONTIGS, links(([8, 12], [28, 32], False), gapless=False))
    assert found.tolist() == [0, 0, 0, 0, 1]


def test_find_components__through_others():
    found = find_components(CONTIGS, links(([1, 3], [35, 37], False), ([38, 40], [46, 48], True)))
    assert found.tolist() == [0, 1, 2, 0, 0]


def test_find_components__short_overlaps_are_ignored_where_asked():
    pair = links(([8, 12], [28, 33], False), gapless=False)
    # 2 bp in each contig but the last, which has 3.
    assert find_components(CONTIGS, pair, min_overlap_bp=3).tolist() == [0, 1, 2, 3, 4]
    assert find_components(CONTIGS, pair, min_overlap_bp=2).tolist() == [0, 0, 0, 0, 1]


def test_find_components__order_of_links_does_not_matter():
    rng = np.random.default_rng(1)
    contigs = np.stack([np.arange(50) * 10, np.arange(50) * 10 + 9], axis=1)
    a, b = rng.integers(0, 480, 30), rng.integers(0, 480, 30)
    rows = links(*(([int(x), int(x) + 5], [int(y), int(y) + 5], False) for x, y in zip(a, b, strict=True)))
    order = rng.permutation(30)
    assert find_components(contigs, rows).tolist() == find_components(contigs, rows[order]).tolist()
