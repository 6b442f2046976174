import numpy as np
from tests.workflow.measure.toy import SIZES, toy_settings

from senformer.model.attention.blocks import BlockPattern
from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.models import build_model
from senformer.workflow.measure.paths import path_facts, pattern_matrix, seen_from_afar, without_global


def test_pattern_matrix__finer_and_equal_blocks():
    pattern = BlockPattern(12, 6, np.array([[0, 0], [1, 0], [1, 1]]))
    coarse = np.array([[True, False], [True, True]])
    assert np.array_equal(pattern_matrix(pattern, 6), coarse)
    assert np.array_equal(pattern_matrix(pattern, 3), coarse.repeat(2, 0).repeat(2, 1))


def test_without_global__keeps_neighbors_and_random_blocks():
    seen = np.eye(5, dtype=bool)
    seen[0], seen[:, 0] = True, True
    seen[1, 4] = True
    found = without_global(seen)
    assert found[0].tolist() == [True, True, False, False, False]
    assert found[1].tolist() == [True, True, False, False, True]
    assert found[3].tolist() == [False, False, False, True, False]


def test_without_global__dense_has_none():
    assert without_global(np.ones((4, 4), dtype=bool)).all()


def test_seen_from_afar__only_those_that_do_not_see_all():
    seen = np.eye(5, dtype=bool)
    seen[0] = True
    seen[1, 4] = True
    # Block 4 is far from blocks 1 and 2 (0 sees all and does not count): one of them sees it.
    assert seen_from_afar([[seen]]).tolist() == [0.0, 0.0, 0.0, 0.0, 0.5]


def facts(**attention):
    settings = toy_settings(
        "receptive-field",
        kinds=(attention["kind"],),
        lengths=(8 * 96,),
        overrides={**SIZES, "n_layers": 8, "attention": attention},
        options={"sequences": 1, "run": None},
    )
    return path_facts(build_model(BENCHES["receptive-field"].cases(settings)[0]), 4)


def test_path_facts__bigbird_joins_all_in_two_layers_and_sees_every_block():
    found = facts(kind="bigbird", block_bins=4)
    assert found["layers_to_whole_window"] == 2
    assert found["layers_without_global"] <= 8
    assert min(found["seen_from_afar"]) > 0


def test_path_facts__the_left_only_fault_of_2022():
    found = facts(kind="bigbird_2022", block_bins=4)
    assert found["layers_to_whole_window"] == 2
    assert found["layers_without_global"] is None
    assert found["seen_from_afar"][10:-1] == [0.0] * 13


def test_path_facts__dense_is_whole_at_once():
    found = facts(kind="dense")
    assert found["layers_to_whole_window"] == found["layers_without_global"] == 1
    assert found["seen_from_afar"] == [1.0] * 24
