import logging

import numpy as np
import pytest
from tests.oracles.pwm import sites

from senformer.classical.pwm.scan import make_scanner
from senformer.classical.pwm.scoring import integer_weights, strand_background
from senformer.genome.motif_file import MotifMatrix


def motifs():
    rng = np.random.default_rng(1)
    return [MotifMatrix(f"m{width}", "", rng.integers(0, 30, (width, 4)) + 0.0) for width in (6, 3, 5)]


@pytest.mark.parametrize("background", [[1.0, 1.0, 1.0, 1.0], [0.4, 0.1, 0.2, 0.3]])
def test_find__equals_all_sites_by_enumeration(background):
    codes = np.random.default_rng(2).integers(0, 4, 90).astype(np.uint8)
    codes[[17, 60, 61]] = 4
    found = make_scanner(motifs(), 0.02, background=background).find(codes)
    order = np.lexsort((found.motif, found.start))
    np.testing.assert_array_equal(order, np.arange(len(order)))
    frequencies = strand_background(background)
    for number, motif in enumerate(motifs()):
        expected = sites(codes, integer_weights(motif, frequencies, 0.1), frequencies, 0.02)
        own = found.motif == number
        assert len(expected) > 0 or number == 1
        got = zip(found.start[own], found.strand[own], found.score[own] * 100, strict=True)
        assert [(int(a), int(b), round(c)) for a, b, c in got] == [site[:3] for site in expected]
        np.testing.assert_allclose(found.p_value[own], [site[3] for site in expected])
        np.testing.assert_array_equal(found.end[own] - found.start[own], len(motif.counts))


def test_find__one_strand_is_half_of_both():
    codes = np.random.default_rng(2).integers(0, 4, 90).astype(np.uint8)
    both, one = (make_scanner(motifs(), 0.02, both_strands=x).find(codes) for x in (True, False))
    np.testing.assert_array_equal(both.start[both.strand == 1], one.start)
    assert set(one.strand) == {1}
    assert set(both.strand) == {1, -1}


def test_find__sequences_without_sites():
    scanner = make_scanner(motifs(), 0.02)
    for codes in (np.zeros(0, dtype=np.uint8), np.zeros(2, dtype=np.uint8), np.full(9, 4, dtype=np.uint8)):
        assert len(scanner.find(codes).start) == 0


def test_make_scanner__names_motifs_that_are_too_short(caplog):
    with caplog.at_level(logging.WARNING):
        make_scanner(motifs(), 1e-3)
    assert "1 of 3 motifs have no site with a p-value of 0.001 or less: m3" in caplog.text


@pytest.mark.parametrize(
    ("given", "p", "message"),
    [([], 0.1, "no motifs"), (motifs(), 0.0, "p_value is 0"), (motifs(), 1.5, "p_value is 1.5")],
)
def test_make_scanner__refuses(given, p, message):
    with pytest.raises(ValueError, match=message):
        make_scanner(given, p)
