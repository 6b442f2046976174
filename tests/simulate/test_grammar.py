import numpy as np
import pytest

from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import reverse_complement
from senformer.simulate.grammar import (
    N_TRACKS,
    STEP_BP,
    distance_decay,
    expected_signal,
    known_fraction,
    spread,
)
from senformer.simulate.motifs import motif_index, read_motifs
from senformer.simulate.tracks import TRACKS

CAGE_A_PLUS, CAGE_A_MINUS, CAGE_B_PLUS, _, DNASE_A, DNASE_B, CHIP = range(N_TRACKS)
LENGTH = 9_600


def _sequence(*planted, length=LENGTH):
    """Return a sequence of T with consensus sites; a negative strand writes the reverse complement."""
    codes = np.full(length, 3, dtype=np.uint8)
    for name, start, strand in planted:
        site = read_motifs()[motif_index(name)].consensus
        codes[start : start + len(site)] = site if strand > 0 else reverse_complement(site)
    return codes


def _excess(*planted, **options):
    """Return the signal above that of an empty sequence, summed over steps."""
    empty = expected_signal(_sequence(**options))
    return (expected_signal(_sequence(*planted, **options)) - empty).sum(axis=0)


ENHANCER_A = [("GATA1", 4000, 1), ("SPI1", 4030, -1), ("GATA1", 4060, 1)]
PROMOTER = [("TBP", 4770, 1), ("SP1", 4745, 1), ("NFY", 4720, -1)]


def test_expected_signal__shape_and_background():
    signal = expected_signal(_sequence(length=100))
    assert signal.shape == (4, N_TRACKS)
    # The fourth step holds 4 of 32 bases.
    np.testing.assert_allclose(signal[3], signal[0] / 8)


def test_expected_signal__enhancer_opens_its_own_cell():
    excess = _excess(*ENHANCER_A)
    assert excess[DNASE_A] > 20
    assert excess[DNASE_B] == pytest.approx(0, abs=1e-9)
    assert excess[CAGE_A_PLUS] == pytest.approx(0, abs=1e-9)


def test_expected_signal__sites_cooperate():
    one = _excess(ENHANCER_A[0])[DNASE_A]
    three = _excess(*ENHANCER_A)[DNASE_A]
    assert three > 3 * one > 0


def test_expected_signal__promoter_starts_downstream_on_its_strand():
    signal = expected_signal(_sequence(*PROMOTER))
    start = 4775 + 30
    assert int(signal[:, CAGE_A_PLUS].argmax()) == start // STEP_BP
    excess = _excess(*PROMOTER)
    assert excess[CAGE_A_PLUS] > 10
    assert excess[CAGE_A_MINUS] == pytest.approx(0, abs=1e-9)


def test_expected_signal__yy1_starts_upstream():
    signal = expected_signal(_sequence(("YY1", 4800, 1), ("SP1", 4740, 1)))
    assert int(signal[:, CAGE_A_PLUS].argmax()) == int(4805.5 - 12) // STEP_BP


def test_expected_signal__enhancer_acts_by_distance_and_cell():
    alone = _excess(*PROMOTER, length=60_000)
    gains = []
    for distance in (2_000, 10_000, 30_000, 40_000):
        moved = [(name, start - 4000 + 4800 + distance, strand) for name, start, strand in ENHANCER_A]
        both = _excess(*PROMOTER, *moved, length=60_000)
        gains.append(both[CAGE_A_PLUS] / alone[CAGE_A_PLUS] - 1)
        assert both[CAGE_B_PLUS] == pytest.approx(alone[CAGE_B_PLUS])
    assert 0.2 < gains[0] < 1
    assert gains[0] > gains[1] > gains[2] > 0
    assert gains[3] == pytest.approx(0, abs=1e-9)


def test_expected_signal__repressor_silences():
    silenced = _excess(*ENHANCER_A, ("REST", 4200, 1))
    assert 0 < silenced[DNASE_A] < 0.5 * _excess(*ENHANCER_A)[DNASE_A]


def test_expected_signal__chip_sees_ctcf_only():
    assert _excess(("CTCF", 4000, -1))[CHIP] == pytest.approx(110, rel=0.01)
    assert _excess(*ENHANCER_A, *PROMOTER)[CHIP] == 0


def test_expected_signal__gap_is_silent():
    codes = _sequence(*ENHANCER_A)
    codes[3200:5120] = 4
    assert expected_signal(codes)[100:160].max() == 0


def test_expected_signal__reverse_complement_swaps_strands(toy_world):
    codes = toy_world.chromosomes[1].codes
    codes = codes[: len(codes) // STEP_BP * STEP_BP]
    pairs = [track.strand_pair for track in TRACKS]
    mirrored = expected_signal(reverse_complement(codes))[::-1][:, pairs]
    np.testing.assert_allclose(mirrored, expected_signal(codes), atol=1e-9)


def test_spread__plain_sum():
    center, weight = np.array([70.0, 333.5, 900.0]), np.array([1.0, 0.5, 0.0])
    middle = np.arange(20) * STEP_BP + 15.5
    distance = middle[:, None] - center
    plain = (weight * np.exp(-0.5 * (distance / 40) ** 2) * (np.abs(distance) <= 160)).sum(axis=1)
    np.testing.assert_allclose(spread(center, weight, 40.0, 20), plain)


def test_spread__no_sites():
    assert spread(np.zeros(0), np.zeros(0), 40.0, 5).tolist() == [0] * 5


def test_distance_decay__limits():
    np.testing.assert_allclose(
        distance_decay(np.array([999, 1000, -9000, 31_999, 32_000])),
        [0, 1, np.exp(-1), np.exp(-30_999 / 8000), 0],
    )


def test_known_fraction__partial_step():
    codes = numpy_rng(1, "known").integers(0, 4, 48).astype(np.uint8)
    codes[:8] = 4
    np.testing.assert_allclose(known_fraction(codes), [0.75, 0.5])
