import pytest
import torch

from senformer import create_model
from senformer.core.errors import ConfigError
from senformer.model.create import model_config


def test_model_config__nested_override_keeps_the_rest():
    attention = model_config("senformer", {"attention": {"block_bins": 16}}).attention
    assert (attention.kind, attention.block_bins, attention.random_blocks) == ("bigbird", 16, 3)


def test_model_config__another_kind_forgets_the_rest():
    assert model_config("senformer", {"attention": {"kind": "dense"}}).attention.kind == "dense"
    assert model_config("enformer", {"attention": {"kind": "bigbird"}}).attention.block_bins == 64


def test_create_model__unknown_name():
    with pytest.raises(ConfigError) as caught:
        create_model("enformr")
    assert "no model is called 'enformr'. Did you mean 'enformer'?" in caught.value.line


def test_create_model__unknown_key():
    with pytest.raises(ConfigError) as caught:
        create_model("senformer", n_layer=3)
    assert (
        caught.value.line == "error[E105]: model senformer: unknown key 'n_layer'. Did you mean 'n_layers'?"
    )


@pytest.mark.parametrize(
    ("name", "changes", "strands"),
    [
        ("deepstarr", {}, "both"),
        ("xpresso", {}, "forward"),
        ("deepbind", {"both_strands": False}, "forward"),
        ("expecto", {}, "forward"),
        ("mentr", {}, "forward"),
        ("gkm_svm", {}, "forward"),
        ("deepbind", {}, "forward"),
        ("gkm_svm", {"both_strands": False}, "forward"),
    ],
)
def test_create_model__predicts_the_strands_that_its_recipe_trains_on(name, changes, strands):
    with torch.device("meta"):
        assert create_model(name, **changes).card.strands == strands
