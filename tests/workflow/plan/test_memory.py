from senformer.model.create import model_config
from senformer.workflow.plan.memory import forward_bytes, parameter_bytes, step_bytes


def test_parameter_bytes__four_a_value():
    assert parameter_bytes("enformer", model_config("enformer", {})) == 4 * 251_221_292


def test_bytes__grow_with_the_window():
    config = model_config("senformer", {})
    assert forward_bytes("senformer", config, 1536, "fp32") < forward_bytes(
        "senformer", config, 12_288, "fp32"
    )
    assert step_bytes("senformer", config, 1536, "fp32", True) < step_bytes(
        "senformer", config, 6144, "fp32", True
    )
