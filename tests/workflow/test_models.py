from senformer.model.zoo import MODELS
from senformer.workflow.models import describe_model, list_models


def test_list_models__a_row_each():
    rows = {row["name"]: row for row in list_models()}
    assert list(rows) == list(MODELS)
    found = rows["senformer"]
    assert (found["inputs"], found["window_bp"], found["bins"]) == (["sequence", "global_bins"], 196_608, 896)
    assert found["outputs"] == {"human": 5313, "mouse": 1643}
    assert rows["deepstarr"]["parameters"] == 622_722


def test_describe_model__layers_and_their_shapes():
    facts = describe_model("deepstarr")
    shapes = {row["layer"]: (row["parameters"], row["shape"]) for row in facts["layers"]}
    assert shapes["layers.3"] == (21_960, [15, 120])
    assert shapes["layers.4"] == (0, [1, 1800])
    assert shapes["heads.drosophila"] == (514, [1, 2])
    assert sum(row["parameters"] for row in facts["layers"]) == facts["parameters"]
    assert facts["recipe"]["learning_rate"] == 0.002
    assert facts["interpretation"] == "DeepLIFT, then TF-MoDISco."
    assert describe_model("basset")["variants"] == {"current_code": {"padding": "same"}}


def test_describe_model__of_a_trunk_whole_windows_not_tiles():
    facts = describe_model("enformer")
    shapes = {row["layer"]: row["shape"] for row in facts["layers"]}
    assert (shapes["stem"], shapes["tower.5"], shapes["pointwise"]) == (
        [98_304, 768],
        [1536, 1536],
        [896, 3072],
    )
    assert "10.1038/s41592-021-01252-x" in facts["source"]
    assert facts["parameters"] == 251_221_292


def test_describe_model__that_reads_two_sequences():
    facts = describe_model("speid")
    assert "promoter: of 2000 bases" in facts["input"]
    assert {row["layer"]: row["shape"] for row in facts["layers"]}["branches.promoter"] == [98, 200]


def test_describe_model__variants_that_were_trained_in_another_way():
    facts = describe_model("deepbind")
    assert facts["recipe"]["loss"] == "binary_cross_entropy"
    assert facts["variants"]["rnacompete"]["activation"] == "linear"
    assert facts["variant_recipes"]["rnacompete"]["loss"] == "mse"
