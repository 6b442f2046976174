import numpy as np
import pytest

from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import decode, encode
from senformer.simulate.grammar import FACTORS
from senformer.simulate.motifs import Motif, motif_index, read_motifs


def test_read_motifs__twelve_known_factors():
    names = [motif.name for motif in read_motifs()]
    assert len(names) == 12
    assert set(names) == set(FACTORS)


@pytest.mark.parametrize("motif", read_motifs(), ids=lambda motif: motif.name)
def test_read_motifs__informative_enough(motif):
    assert motif.information.sum() >= 12
    # The consensus itself is a full site, and the floor lies high enough to be rare by chance.
    assert motif.strength(motif.best_score) == 1
    assert motif.floor_score > 11


def test_consensus__known_words():
    text = {motif.name: decode(motif.consensus) for motif in read_motifs()}
    assert "TATAAAA" in text["TBP"]
    assert "CCAAT" in text["NFY"]
    assert "GGGCGG" in text["SP1"]
    assert "AGATAAG" in text["GATA1"]
    assert "TGACTCA" in text["AP1"]
    assert "TGACGTCA" in text["CREB1"]


def test_score__sum_of_log_odds():
    motif = Motif("toy", np.array([[0.7, 0.1, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25], [0.02, 0.02, 0.02, 0.94]]))
    # log2(0.7 / 0.25) + 0 + log2(0.94 / 0.25)
    assert motif.score(encode("ACT")) == pytest.approx(1.485427 + 1.910733, abs=1e-5)
    assert motif.score(encode("ANT")) == float("-inf")


def test_motif__impossible_probabilities():
    with pytest.raises(ValueError, match="motif toy: every position needs positive probabilities"):
        Motif("toy", np.array([[0.5, 0.5, 0.0, 0.0]]))


def test_strength__smooth_between_floor_and_full():
    motif = read_motifs()[motif_index("GATA1")]
    best = motif.best_score
    strength = motif.strength(np.array([best - 5.5, best - 3.25, best - 1.0, best]))
    np.testing.assert_allclose(strength, [0, 0.5, 1, 1], atol=1e-12)
    ramp = motif.strength(np.linspace(best - 6, best, 50))
    assert (np.diff(ramp) >= 0).all()


def test_strength__one_lost_core_base_takes_all():
    for motif in read_motifs():
        codes = motif.consensus
        position = int(motif.information.argmax())
        codes[position] = (codes[position] + 1) % 4
        assert motif.strength(motif.score(codes)) == 0


def test_sample__always_a_full_site():
    for motif in read_motifs():
        rng = numpy_rng(1, motif.name)
        for _ in range(20):
            assert motif.strength(motif.score(motif.sample(rng))) == 1


def test_motif_index__order_of_the_table():
    assert motif_index("TBP") == 0
    assert read_motifs()[motif_index("REST")].name == "REST"
