import numpy as np
import pytest

from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import encode, reverse_complement
from senformer.simulate import scan as module
from senformer.simulate.motifs import motif_index, read_motifs
from senformer.simulate.scan import find_sites, scan


def _plain_scores(codes, log_odds):
    """The slow twin: one sum a position."""
    width = len(log_odds)
    scores = np.zeros(len(codes) - width + 1)
    for start in range(len(scores)):
        for position in range(width):
            code = codes[start + position]
            scores[start] += log_odds[position, code] if code < 4 else -1e4
    return scores


@pytest.mark.parametrize("name", ["TBP", "SPI1", "HNF1A", "REST"])
def test_scan__equals_plain_sum(name):
    motif = read_motifs()[motif_index(name)]
    codes = numpy_rng(1, "scan").integers(0, 4, 301).astype(np.uint8)
    codes[100] = 4
    expected = _plain_scores(codes, motif.log_odds)
    np.testing.assert_allclose(scan(codes, motif.log_odds), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("length", [0, 5, 11, 12])
def test_scan__shorter_than_the_motif(length):
    motif = read_motifs()[motif_index("TBP")]
    assert len(scan(np.zeros(length, dtype=np.uint8), motif.log_odds)) == max(0, length - 11 + 1)


def test_scan__chunks_agree(monkeypatch):
    motif = read_motifs()[motif_index("CTCF")]
    codes = numpy_rng(2, "scan").integers(0, 5, 1000).astype(np.uint8)
    whole = scan(codes, motif.log_odds)
    monkeypatch.setattr(module, "_CHUNK_BP", 37)
    np.testing.assert_array_equal(scan(codes, motif.log_odds), whole)


def _with_site(name, start, *, reverse=False, length=200):
    codes = np.full(length, 3, dtype=np.uint8)
    site = read_motifs()[motif_index(name)].consensus
    codes[start : start + len(site)] = reverse_complement(site) if reverse else site
    return codes


def test_find_sites__place_strand_and_strength():
    sites = find_sites(_with_site("GATA1", 70, reverse=True))
    assert len(sites) == 1
    assert sites.start[0] == 70
    assert sites.width[0] == 12
    assert sites.strand[0] == -1
    assert sites.strength[0] == 1
    assert sites.center[0] == 75.5


def test_find_sites__at_both_ends():
    width = read_motifs()[motif_index("CTCF")].width
    for start in (0, 200 - width):
        assert find_sites(_with_site("CTCF", start)).start.tolist() == [start]


def test_find_sites__palindrome_counts_once():
    assert len(find_sites(_with_site("CREB1", 50))) == 1


def test_find_sites__unknown_base_hides_a_site():
    codes = _with_site("SP1", 30)
    codes[30] = 4
    assert len(find_sites(codes)) == 0


def test_find_sites__reverse_complement_mirrors():
    codes = np.concatenate([_with_site("TBP", 40), _with_site("AP1", 90)])
    forward, reverse = find_sites(codes), find_sites(reverse_complement(codes))
    np.testing.assert_allclose(np.sort(len(codes) - 1 - reverse.center), np.sort(forward.center))
    assert forward.strand[0] == 1
    assert reverse.strand[-1] == -1


def test_find_sites__rare_by_chance():
    codes = encode("".join("ACGT"[i] for i in numpy_rng(3, "scan").integers(0, 4, 200_000)))
    assert len(find_sites(codes)) < 40


def test_between__half_open():
    sites = find_sites(np.concatenate([_with_site("SP1", 20), _with_site("SP1", 20)]))
    assert sites.between(20, 220).start.tolist() == [20]
    assert sites.shift(-20).start.tolist() == [0, 200]
