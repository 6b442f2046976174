import pytest
from tests.model.adapters.toy import adapt, tiny

from senformer.core.errors import ConfigError
from senformer.model.parts import adapted_weights, as_patterns, is_part, named_parts, names_in

NAMES = [
    "stem.conv.weight",
    "tower.1.norm.bias",
    "tower.10.norm.bias",
    "heads.human.bias",
    "heads.mouse.bias",
]


def test_named_parts__adapters_beside_what_they_adapt():
    model = tiny("enformer")
    names = set(named_parts(model))
    adapt(model, {"attention": {"rank": 2, "targets": ["key"]}})
    more = set(named_parts(model)) - names
    layers = [f"transformer.{i}.attention.key" for i in (0, 1)]
    assert more == {f"adapters.{layer}.{part}" for layer in layers for part in ("down", "up")}
    assert adapted_weights(named_parts(model)) == {f"{layer}.weight" for layer in layers}


def test_as_patterns__one_or_several():
    assert (as_patterns("heads"), as_patterns(["a", "b"])) == (["heads"], ["a", "b"])


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("all", NAMES),
        ("heads", NAMES[3:]),
        ("heads.*", NAMES[3:]),
        ("tower.1", NAMES[1:2]),
        ("tower.?", NAMES[1:2]),
        ("*.norm", NAMES[1:3]),
        ("*.norm.bias", NAMES[1:3]),
        ("heads.human.bias", NAMES[3:4]),
        ("head", []),
    ],
)
def test_is_part(pattern, expected):
    assert [name for name in NAMES if is_part(name, pattern)] == expected


def test_names_in__all_that_any_means():
    assert names_in(["heads.mouse", "stem"], NAMES, "here") == {NAMES[0], NAMES[4]}


def test_names_in__nothing_meant_is_refused():
    with pytest.raises(
        ConfigError, match=r"here: no parameter is called 'towr\.\*'\. Did you mean 'tower'\?"
    ):
        names_in(["heads", "towr.*"], NAMES, "here")
    with pytest.raises(ConfigError, match="The model's parts are stem, tower, heads"):
        names_in(["xyzzy"], NAMES, "here")
