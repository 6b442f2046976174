from dataclasses import replace

import numpy as np

from senformer.simulate.links import LINK_COLUMNS, around, near_links


def test_near_links__distance_and_weight(toy_world):
    table = near_links(toy_world.chromosomes[0])
    assert list(table.columns) == LINK_COLUMNS
    assert table.distance_bp.between(1_000, 32_000).all()
    np.testing.assert_allclose(table.weight, np.exp(-(table.distance_bp - 1000) / 8000), atol=1e-4)
    assert (table.reach_a + table.reach_b > 0).mean() > 0.9


def test_near_links__without_enhancers(toy_world):
    chromosome = toy_world.chromosomes[1]
    promoters = [element for element in chromosome.elements if element.strand != 0]
    table = near_links(replace(chromosome, elements=promoters))
    assert len(table) == 0
    assert list(table.columns) == LINK_COLUMNS


def test_around__steps_of_an_element(toy_world):
    element = toy_world.chromosomes[0].elements[0]
    steps = around(element)
    assert 32 * steps.start <= element.start - 256 < 32 * (steps.start + 1)
    assert 32 * (steps.stop - 1) < element.end + 256 <= 32 * steps.stop
