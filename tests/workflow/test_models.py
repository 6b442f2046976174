from senformer.model.zoo import MODELS
from senformer.workflow.models import describe_model, list_models


def test_list_models__a_line_each():
    rows = list_models()
    assert [row["name"] for row in rows] == list(MODELS)
    summaries = [row["summary"] for row in rows]
    assert len(set(summaries)) == len(rows)
    assert "every bin" in summaries[0]


def test_describe_model__names_its_source():
    assert "10.1038/s41592-021-01252-x" in describe_model("enformer")["source"]


def test_describe_model__both_models_have_the_same_size():
    assert (
        describe_model("senformer")["parameters"] == describe_model("enformer")["parameters"] == 251_221_292
    )
