import pytest
from tests.train.toy import MODEL, settings

from senformer.core.errors import ConfigError
from senformer.train.plan import make_plan
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
        ({"accumulate": 2, "loss": "pearson"}, "the pearson loss compares a whole batch"),
        ({"rates": {"heds.*": 2.0}}, "'heds.*' names no parameter of the model. Did you mean 'heads'?"),
    ],
)
def test_refuse_unfit_recipe__first_fault_named(human, changes, text):
    config = settings(**changes)
    with pytest.raises(ConfigError) as caught:
        refuse_unfit_recipe(config, make_plan(MODEL, config, human), human)
    assert text in str(caught.value)


def test_refuse_unfit_recipe__fine(human):
    config = settings(rates={"heads": 2.0, "transformer.0": 0.5}, optimizer="sgd", schedule="linear")
    refuse_unfit_recipe(config, make_plan(MODEL, config, human), human)
