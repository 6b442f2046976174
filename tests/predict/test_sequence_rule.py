from types import SimpleNamespace

import pytest

from senformer.core.errors import ConfigError
from senformer.predict.sequence_rule import sequence_rule


def model(training):
    return SimpleNamespace(window_bp=32, card=SimpleNamespace(training=training))


LAID = {"datasets": {"toy": {"laid": {"pad": "left", "flanks": {"left": "AC", "right": ""}}}}}


def test_sequence_rule__as_the_table_of_training():
    rule = sequence_rule(model(LAID), "toy")
    assert (rule.window_bp, rule.pad, rule.flanks.left, rule.too_long) == (32, "left", "AC", "error")


@pytest.mark.parametrize("training", [None, {}, {"datasets": {"other": LAID["datasets"]["toy"]}}])
def test_sequence_rule__in_the_middle_where_the_card_is_silent(training):
    rule = sequence_rule(model(training), "toy")
    assert (rule.pad, rule.flanks.left, rule.flanks.right) == ("center", "", "")


def test_sequence_rule__a_head_kept_from_a_source():
    rule = sequence_rule(model({"datasets": {"new": {}}, "source": {"training": LAID}}), "toy")
    assert rule.pad == "left"


def test_sequence_rule__what_is_asked_for_comes_first():
    rule = sequence_rule(model(LAID), "toy", pad="right", too_long="crop")
    assert (rule.pad, rule.flanks.left, rule.too_long) == ("right", "AC", "crop")


@pytest.mark.parametrize(
    ("given", "message"),
    [({"pad": "middle"}, "no pad is called 'middle'"), ({"too_long": "cut"}, "no too_long is called 'cut'")],
)
def test_sequence_rule__unknown_choices(given, message):
    with pytest.raises(ConfigError, match=message):
        sequence_rule(model(None), "toy", **given)
