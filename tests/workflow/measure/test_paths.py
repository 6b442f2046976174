import numpy as np
from tests.workflow.measure.toy import SIZES, toy_settings

from senformer.model.attention.blocks import BlockPattern
from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.models import build_model
from senformer.workflow.measure.paths import finer, path_facts, seen_from_afar


def test_finer__equal_and_smaller_blocks():
    pattern = BlockPattern(12, 6, np.array([[0, 0], [1, 0], [1, 1]]))
    coarse = np.array([[1, -1], [3, 2]])
    assert np.array_equal(finer(coarse, pattern, 6), coarse)
    assert np.array_equal(finer(coarse, pattern, 3), coarse.repeat(2, 0).repeat(2, 1))


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


def test_path_facts__learned_tokens_join_all_in_two_layers():
    found = facts(kind="bigbird", block_bins=4, global_blocks=0, random_blocks=0, learned_tokens=1)
    assert found["layers_to_whole_window"] == 2
    assert found["layers_without_global"] is None


def test_path_facts__dense_is_whole_at_once():
    found = facts(kind="dense")
    assert found["layers_to_whole_window"] == found["layers_without_global"] == 1
    assert found["seen_from_afar"] == [1.0] * 24
