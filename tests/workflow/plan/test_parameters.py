from senformer.model.create import model_config
from senformer.workflow.plan.parameters import count_parameters, empty_model


def test_count_parameters__the_published_parts():
    counts = count_parameters("enformer", model_config("enformer", {}))
    assert counts == {
        "stem": 1_228_800,
        "tower": 49_649_152,
        "transformer": 174_242_816,
        "pointwise": 4_724_736,
        "heads": 16_326_849 + 5_048_939,
    }


def test_empty_model__has_no_memory():
    model = empty_model("senformer", model_config("senformer", {}))
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}
