import pytest
from tests.model.zoo.small import small_section
from tests.train.finetune.toy import save_model, tuned
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError
from senformer.train.plan import Plan, make_plan
from senformer.train.recipe_check import refuse_unfit_recipe


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"schedule": "cosin"}, "no schedule is called 'cosin'. Did you mean 'cosine'?"),
        (
            {"schedule": "cosine", "schedule_options": {"finl": 0.1}},
            "unknown key 'finl'. Did you mean 'final'?",
        ),
        ({"schedule_options": {"final": 0.1}}, "train.schedule_options: unknown key 'final'"),
        ({"optimizer": "adm"}, "no optimizer is called 'adm'. Did you mean 'adam'?"),
        ({"optimizer_options": {"momentum": 0.1}}, "train.optimizer_options: unknown key 'momentum'"),
        (
            {"validate_every_steps": 2, "select": "valid_pearsn"},
            "no validation has 'valid_pearsn'. Did you mean",
        ),
        (
            {"validate_every_steps": 2, "stop": {"metric": "loss"}},
            "train.stop.metric: no validation has 'loss'",
        ),
        (
            {"validate_every_steps": 2, "schedule": "plateau", "schedule_options": {"metric": "x"}},
            "train.schedule_options.metric: no validation has 'x'",
        ),
        ({"organism_weights": {"mouze": 2.0}}, "train.organism_weights: there is no organism 'mouze'"),
        ({"example_weights": {"mouze": "w.tsv"}}, "train.example_weights: there is no organism 'mouze'"),
        (
            {"organisms": "joint"},
            "train.organisms: joint has no effect: there is one dataset, of 'human'. Leave it out, or give",
        ),
        ({"ema_warmup": True}, "train.ema_warmup: has no effect without ema"),
        (
            {"rates": {"*": 0.0, "stem": 0.5, "pointwise": 2.0, "heads": 1.0}},
            "train.rates: no parameter trains. Give some a factor above 0",
        ),
        (
            {"rates": {"tower": 0.0, "tower.1": 2.0}},
            "train.rates: 'tower.1' has no effect: all that it names is frozen without it. Leave it out",
        ),
        ({"accumulate": 2, "loss": "pearson"}, "the pearson loss compares a whole batch"),
        ({"rates": {"heds.*": 2.0}}, "'heds.*' names no parameter of the model. Did you mean 'heads'?"),
    ],
)
def test_refuse_unfit_recipe__first_fault_named(human, changes, text):
    config = settings(**changes)
    with pytest.raises(ConfigError) as caught:
        refuse_unfit_recipe(config, make_plan(MODEL, config, human), human)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"batch_size": 1}, "train.batch_size: leaves the batch norms of deepstarr one window at a time"),
        ({"batch_size": 4, "accumulate": 4}, "train.accumulate: leaves the batch norms of deepstarr one"),
    ],
)
def test_refuse_unfit_recipe__one_window_under_the_norm_of_a_dense_layer(human, changes, text):
    plan, config = Plan("deepstarr", small_section("deepstarr"), 120, 1), settings(**changes)
    with pytest.raises(ConfigError, match=text):
        refuse_unfit_recipe(config, plan, human)
    # Two processes have two windows; so has a part of two. Norms over positions have enough.
    refuse_unfit_recipe(config, plan, human, n_processes=2)
    refuse_unfit_recipe(settings(batch_size=4, accumulate=2), plan, human)
    refuse_unfit_recipe(config, Plan("deepsea", small_section("deepsea"), 120, 1), human)
    refuse_unfit_recipe(config, make_plan(MODEL, config, human), human)


def test_refuse_unfit_recipe__fine(human):
    config = settings(rates={"heads": 2.0, "transformer.0": 0.5}, optimizer="sgd", schedule="linear")
    refuse_unfit_recipe(config, make_plan(MODEL, config, human), human)


def test_refuse_unfit_recipe__a_head_whose_whole_path_is_frozen(both):
    """Every rate of an organism's update is 0: no loss of it could be brought back through the model."""
    trunk = ("stem", "tower", "transformer", "pointwise")
    config = settings(rates={**dict.fromkeys(trunk, 0.0), "heads.mouse": 0.0})
    found = r"no parameter trains in an update of 'mouse'. Give heads.mouse, or a part of the trunk, a factor"
    with pytest.raises(ConfigError, match=found):
        refuse_unfit_recipe(config, make_plan(MODEL, config, both), both)
    config = settings(rates={**dict.fromkeys(trunk[1:], 0.0), "heads.mouse": 0.0})
    refuse_unfit_recipe(config, make_plan(MODEL, config, both), both)


def test_refuse_unfit_recipe__rates_of_what_fine_tuning_freezes(human, tmp_path):
    source = save_model(tmp_path / "model", {"human": 7})
    stages = [{"from_step": 0, "train": "heads"}, {"from_step": 2, "train": "pointwise"}]
    for part, is_fine in (("pointwise", True), ("stem", False)):
        config = tuned(source, {"stages": stages}, rates={part: 0.1})
        plan = make_plan({}, config, human)
        if is_fine:
            refuse_unfit_recipe(config, plan, human)
        else:
            with pytest.raises(ConfigError, match="'stem' has no effect: all that it names is frozen"):
                refuse_unfit_recipe(config, plan, human)


def test_refuse_unfit_recipe__a_norm_of_weights_that_are_a_sum(human, tmp_path):
    source = save_model(tmp_path / "model", {"human": 7})
    config = tuned(source, {"adapters": {"attention": {"rank": 2}}}, max_norm=1.0)
    plan = make_plan({}, config, human)
    with pytest.raises(ConfigError, match=r"train\.max_norm: is for whole weights; of those with an adapter"):
        refuse_unfit_recipe(config, plan, human)
    refuse_unfit_recipe(config.model_copy(update={"max_norm": None}), plan, human)
    refuse_unfit_recipe(tuned(source, max_norm=1.0), make_plan({}, tuned(source), human), human)
