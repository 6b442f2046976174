from senformer.model.zoo import MODELS
from senformer.workflow.models import describe_model, list_models


def test_list_models__a_line_each():
    rows = list_models()
    assert [row["name"] for row in rows] == list(MODELS)
    assert all(len(row["summary"]) > 10 for row in rows)


def test_describe_model__both_models_have_the_same_size():
    assert (
        describe_model("senformer")["parameters"] == describe_model("enformer")["parameters"] == 251_221_292
    )
