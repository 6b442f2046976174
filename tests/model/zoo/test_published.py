"""The zoo against what was published: order of steps, rates and norms of every model, and how it trains."""

import pytest
import torch
from tests.model.zoo.published_layers import LAYERS, NORMS
from tests.model.zoo.published_recipes import FITTED, RECIPES
from tests.model.zoo.published_sizes import SIZES
from tests.model.zoo.steps import norms, steps

from senformer.model import create_model
from senformer.model.create import model_config
from senformer.model.zoo import MODELS
from senformer.train.config import TrainConfig
from senformer.train.fit import FITS
from senformer.train.idle import refuse_idle
from senformer.train.losses import LOSSES


def overrides(name):
    model, _, variant = name.partition(":")
    return model, MODELS[model].variants[variant] if variant else {}


def recipe(name):
    model, _, variant = name.partition(":")
    return MODELS[model].recipe | MODELS[model].variant_recipes.get(variant, {})


def built(name):
    model, sizes = overrides(name)
    with torch.device("meta"):
        return create_model(model, **sizes)


def test_published__every_model():
    named = {name.partition(":")[0] for name in LAYERS}
    assert named == set(MODELS) - {name.partition(":")[0] for name in SIZES}
    assert {name.partition(":")[0] for name in RECIPES} == named - {"define_cnn"}
    assert set(FITTED) == set(FITS) == {name for name, kind in MODELS.items() if kind.trainer == "fit"}


@pytest.mark.parametrize("name", LAYERS)
def test_published__steps_in_their_order(name):
    assert steps(built(name)).split(", ") == LAYERS[name].split(", ")


@pytest.mark.parametrize("name", LAYERS)
def test_published__numbers_of_norms(name):
    found = norms(built(name))
    # What TensorFlow's own layers were given is not on record.
    assert found == ({NORMS[name]} if name in NORMS else found if name == "agentbind:deepsea" else set())


@pytest.mark.parametrize("name", SIZES)
def test_published__sizes(name):
    found = model_config(*overrides(name)).model_dump(mode="json")
    assert {key: found[key] for key in SIZES[name]} == SIZES[name]


@pytest.mark.parametrize("name", FITTED)
def test_published__settings_of_a_fit(name):
    for said in ({}, recipe(name)):
        found = FITS[name].config_class(**said).model_dump()
        assert {key: found[key] for key in FITTED[name]} == FITTED[name]


@pytest.mark.parametrize("name", RECIPES)
def test_published__recipes(name):
    fields = TrainConfig.model_fields
    defaults = {key: field.get_default(call_default_factory=True) for key, field in fields.items()}
    found = defaults | recipe(name)
    assert {key: found[key] for key in RECIPES[name]} == RECIPES[name]


@pytest.mark.parametrize(
    "name", [f"{name}:{variant}" for name, kind in MODELS.items() for variant in ["", *kind.variants]]
)
def test_published__each_variant_trains_by_its_recipe(name):
    """Its settings are possible, and a loss of labels meets probabilities, another one values."""
    model, settings = name.partition(":")[0], recipe(name)
    if MODELS[model].trainer != "loop" or not settings:
        return
    if "epochs" in settings:
        settings |= {"steps": 1000 * settings["epochs"], "validate_every_steps": 100}
    config = TrainConfig(**{key: value for key, value in settings.items() if key != "epochs"})
    refuse_idle(config)
    activation = getattr(built(name.removesuffix(":")).config, "activation", None)
    if config.loss != "labels_mse":
        assert LOSSES[config.loss].is_of_labels == (activation == "sigmoid")
    assert MODELS[model].variant_recipes.keys() <= MODELS[model].variants.keys()
