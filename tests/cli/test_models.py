import json


def test_models__one_model_with_its_published_size(senformer):
    facts = json.loads(senformer("models", "enformer", "--json").out)
    assert facts["parameters"] == 251_221_292
    assert facts["output"]["human"] == "(batch, 896, 5313)"


def test_models__the_table(senformer):
    lines = senformer("models").out.splitlines()
    assert lines[0].split() == ["name", "reads", "predicts", "parameters", "source"]
    (line,) = (line for line in lines if line.startswith("deepsea "))
    assert line.split("  ")[0] == "deepsea"
    assert "1,000 bp" in line
    assert "919 human" in line
    assert "52,843,119" in line


def test_models__layers_recipe_and_deviations_of_one(senformer):
    out = senformer("models", "basset").out
    assert "layers.0     ConvBlock   194 x 300  23,700" in out
    assert 'current_code  {"padding": "same"}' in out
    assert "  - Unknown bases are zeros here" in out
    assert "learning_rate       0.002" in out


def test_models__unknown_name_suggests_the_nearest(senformer):
    answer = senformer("models", "enformr")
    assert answer.code == 78
    assert "no model is called 'enformr'. Did you mean 'enformer'?" in answer.err
