from senformer.model.create import model_config
from senformer.model.norm import NormGelu
from senformer.workflow.plan.parameters import count_parameters, empty_model


def test_count_parameters__the_published_parts():
    assert count_parameters(empty_model("enformer", model_config("enformer", {}))) == {
        "stem": 1_228_800,
        "tower": 49_649_152,
        "transformer": 174_242_816,
        "pointwise": 4_724_736,
        "heads": 16_326_849 + 5_048_939,
    }


def test_empty_model__has_no_memory():
    model = empty_model("senformer", model_config("senformer", {}))
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}


def test_empty_model__frozen_norms_are_in_evaluation():
    model = empty_model("senformer", model_config("senformer", {"n_layers": 1}), is_frozen=True)
    norms = [module for module in model.modules() if isinstance(module, NormGelu)]
    assert norms
    assert not any(norm.training for norm in norms)
    assert model.transformer.training
