import pytest
from tests.train.toy import MODEL, WINDOW_BP, open_world, settings

from senformer.core.errors import ConfigError
from senformer.train.plan import make_plan


def test_make_plan__open_keys_come_from_the_data(both):
    plan = make_plan(MODEL, settings(), both)
    n_tracks = len(both["human"].tracks)
    assert plan.name == "senformer"
    assert (plan.window_bp, plan.crop_bins) == (WINDOW_BP, 3)
    assert plan.overrides["heads"] == {"human": n_tracks, "mouse": n_tracks}
    assert plan.overrides["n_conv_blocks"] == 6
    assert plan.overrides["channels"] == MODEL["channels"]


def test_make_plan__train_section_over_data(human):
    plan = make_plan(MODEL, settings(window_bp=4096, crop_bins=5), human)
    assert (plan.overrides["window_bp"], plan.overrides["crop_bins"]) == (4096, 5)


def test_make_plan__bin_of_the_data_sets_the_tower(world):
    # 64 bp = 2 ** (5 + 1)
    assert make_plan(MODEL, settings(), open_world(world, "fine")).overrides["n_conv_blocks"] == 5


@pytest.mark.parametrize(
    ("section", "changes", "text"),
    [
        ({"window_bp": 4096}, {}, "window_bp is 4096 in the model section and 2048 in the data"),
        ({"window_bp": 2048}, {"window_bp": 4096}, "2048 in the model section and 4096 in the train section"),
        ({"crop_bins": 1}, {}, "crop_bins is 1 in the model section and 3 in the data"),
        ({"heads": {"human": 1}}, {}, "heads is {'human': 1} in the model section and {'human': "),
        ({"n_conv_blocks": 4}, {}, "the bin is 32 bp in the model section and 128 bp in the data"),
    ],
)
def test_make_plan__disagreement_names_both(human, section, changes, text):
    with pytest.raises(ConfigError) as caught:
        make_plan(MODEL | section, settings(**changes), human)
    assert text in str(caught.value)


def test_make_plan__agreeing_values_may_be_given(human):
    heads = {"human": len(human["human"].tracks)}
    section = MODEL | {"window_bp": WINDOW_BP, "crop_bins": 3, "n_conv_blocks": 6, "heads": heads}
    assert make_plan(section, settings(), human) == make_plan(MODEL | {"n_conv_blocks": 6}, settings(), human)


def test_make_plan__datasets_must_agree(world):
    with pytest.raises(ConfigError) as caught:
        make_plan(MODEL, settings(), open_world(world, "human", "fine"))
    assert "bin_bp is 128 in dataset 'human' and 64 in 'fine'" in str(caught.value)


def test_make_plan__faults_of_the_section(human):
    with pytest.raises(ConfigError, match="key 'name' is missing"):
        make_plan({}, settings(), human)
    with pytest.raises(ConfigError, match=r"no model is called 'enformr'\. Did you mean 'enformer'"):
        make_plan({"name": "enformr"}, settings(), human)
    with pytest.raises(ConfigError, match=r"unknown key 'chanels'\. Did you mean 'channels'"):
        make_plan(MODEL | {"chanels": 3}, settings(), human)
    with pytest.raises(ConfigError, match="there is no dataset"):
        make_plan(MODEL, settings(), {})
