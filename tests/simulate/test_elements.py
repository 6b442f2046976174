import numpy as np
import pytest

from senformer.core.seeding import numpy_rng
from senformer.genome.sequence import reverse_complement
from senformer.simulate.background import markov_sequence
from senformer.simulate.elements import KINDS, place_anchors, plant_elements
from senformer.simulate.motifs import motif_index, read_motifs

GAP = [(40_000, 45_000)]


@pytest.fixture(scope="module")
def planted():
    codes = markov_sequence(90_000, numpy_rng(1, "background"))
    before = codes.copy()
    after, elements = plant_elements("chrX", codes, 1_500, GAP, numpy_rng(1, "elements"))
    assert (codes == before).all()
    return before, after, elements


def test_plant_elements__every_kind_in_its_share(planted):
    kinds = [element.kind for element in planted[2]]
    for kind, share in KINDS.items():
        assert abs(kinds.count(kind) - share * len(kinds)) <= 1.01


def test_plant_elements__intact_sites_are_full_and_decoys_empty(planted):
    _, codes, elements = planted
    decoys = 0
    for site in (site for element in elements for site in element.sites):
        motif = read_motifs()[motif_index(site.motif)]
        instance = codes[site.start : site.end]
        if site.strand < 0:
            instance = reverse_complement(instance)
        assert motif.strength(motif.score(instance)) == (1 if site.intact else 0)
        decoys += not site.intact
    assert decoys >= 3


def test_plant_elements__changes_only_its_sites(planted):
    before, after, elements = planted
    inside = np.zeros(len(after), dtype=bool)
    for site in (site for element in elements for site in element.sites):
        assert not inside[site.start : site.end].any()
        inside[site.start : site.end] = True
    assert (before == after)[~inside].all()


def test_plant_elements__promoters_point_both_ways(planted):
    strands = {element.strand for element in planted[2] if element.kind.startswith("promoter")}
    assert strands == {1, -1}
    core = [
        (element.strand, site.strand)
        for element in planted[2]
        for site in element.sites
        if site.motif in {"TBP", "YY1"}
    ]
    assert all(own == of_site for own, of_site in core)


def test_place_anchors__spacing_and_gaps():
    anchors = np.array(place_anchors(200_000, 2_000, GAP, numpy_rng(2, "anchors")))
    assert 1_800 < np.median(np.diff(anchors)) < 2_200
    assert np.diff(anchors).min() >= 1_100
    assert not ((anchors > 39_400) & (anchors < 45_600)).any()
    assert anchors.min() >= 600
    assert anchors.max() < 199_400
