import json


def test_models__one_model_with_its_published_size(senformer):
    facts = json.loads(senformer("models", "enformer", "--json").out)
    assert facts["parameters"] == 251_221_292
    assert facts["output"]["human"] == "(batch, 896, 5313)"


def test_models__unknown_name_suggests_the_nearest(senformer):
    answer = senformer("models", "enformr")
    assert answer.code == 78
    assert "no model is called 'enformr'. Did you mean 'enformer'?" in answer.err
