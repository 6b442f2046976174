import pytest
import torch
from tests.train.finetune.toy import save_model
from tests.train.toy import MODEL

from senformer.core.errors import ConfigError, MissingInputError
from senformer.model import create_model, load_model
from senformer.train.finetune.source import (
    check_tensors,
    kept_heads,
    model_section,
    read_source,
    take_weights,
)


def _overrides(source, **changes):
    section = model_section(source, {})
    return {
        key: value for key, value in {**section, "heads": {"human": 7}, **changes}.items() if key != "name"
    }


def _meta(*of, **changes):
    with torch.device("meta"):
        return create_model(MODEL["name"], **_overrides(*of, **changes))


def test_read_source__facts_without_tensors(source):
    found = read_source(source)
    assert found.name == "senformer"
    assert found.sha256 == load_model(source).card.sha256
    assert found.shapes["heads.frog.weight"] == (2, 32)


def test_read_source__of_a_run_is_its_model(source, tmp_path):
    (tmp_path / "model").symlink_to(source)
    assert read_source(tmp_path).folder == tmp_path / "model"


def test_read_source__missing(tmp_path):
    with pytest.raises(MissingInputError, match="no such folder"):
        read_source(tmp_path / "none")


def test_model_section__is_the_sources_but_for_geometry_and_heads(source):
    found = model_section(read_source(source), {})
    assert found["name"] == "senformer"
    assert found["channels"] == 16
    assert found["position_bins"] == 16
    assert not {"heads", "window_bp", "crop_bins"} & set(found)


def test_model_section__keys_whose_meaning_is_kept_may_change(source):
    given = {"dropout": 0.1, "attention": {"random_blocks": 1}, "channels": 16}
    found = model_section(read_source(source), given)
    assert found["dropout"] == 0.1
    assert found["attention"]["random_blocks"] == 1
    assert found["attention"]["block_bins"] == 4


def test_model_section__another_attention_kind_begins_at_its_own_defaults(source):
    found = model_section(read_source(source), {"attention": {"kind": "dense"}})
    assert found["attention"] == {"kind": "dense"}
    assert "attention" not in model_section(read_source(source), {"name": "enformer"})


def test_model_section__other_keys_are_refused(source):
    with pytest.raises(ConfigError, match=r"model\.positions: is 'central_mask', but 'relative' in") as fault:
        model_section(read_source(source), {"positions": "central_mask"})
    assert fault.value.code == "E628"
    with pytest.raises(ConfigError, match="is 'baskerville', which has other tensors than the 'senformer'"):
        model_section(read_source(source), {"name": "baskerville"})


def test_kept_heads__of_the_same_name(source, human):
    found = read_source(source)
    assert kept_heads(found, "keep", human, {"activation": "softplus"}) == ["human"]
    assert kept_heads(found, "new", human, {"activation": "linear"}) == []
    assert kept_heads(found, "keep", {"worm": human["human"]}, {"activation": "linear"}) == []


def test_kept_heads__other_tracks_are_refused(tmp_path, human):
    three = read_source(save_model(tmp_path / "three", {"human": 3}))
    with pytest.raises(
        ConfigError, match=r"head 'human' of .*three: has 3 tracks, the dataset 7.*heads: new"
    ):
        kept_heads(three, "keep", human, {"activation": "softplus"})
    named = read_source(save_model(tmp_path / "named", {"human": 7}))
    names = [track.name for track in human["human"].tracks]
    for name, card in zip(names, named.card.heads["human"], strict=True):
        card["name"] = name
    assert kept_heads(named, "keep", human, {"activation": "softplus"}) == ["human"]
    named.card.heads["human"][2]["name"] = "liver"
    with pytest.raises(ConfigError, match=f"has track 2 'liver', the dataset '{names[2]}'") as fault:
        kept_heads(named, "keep", human, {"activation": "softplus"})
    assert fault.value.code == "E630"


def test_kept_heads__another_activation_is_refused(source, human):
    with pytest.raises(ConfigError, match=r"model\.activation: is 'linear', but 'softplus' in") as fault:
        kept_heads(read_source(source), "keep", human, {"activation": "linear"})
    assert fault.value.code == "E631"


def test_check_tensors__kind_of_other_tensors_is_refused(source):
    found = read_source(source)
    geometry = {"window_bp": 4096, "crop_bins": 1}
    check_tensors(found, _meta(found, **geometry), ["human"])
    with pytest.raises(
        ConfigError, match=r"'transformer\.tokens' of .*: is missing, .* has \(2, 16\)"
    ) as fault:
        tokens = {**found.config["attention"], "learned_tokens": 2}
        check_tensors(found, _meta(found, attention=tokens), ["human"])
    assert fault.value.code == "E629"
    with pytest.raises(ConfigError, match="the model of this run has no such tensor"):
        check_tensors(found, _meta(found, attention={"kind": "linear"}), ["human"])


def test_check_tensors__another_window_of_a_model_with_dense_layers(tmp_path):
    sizes = {"channels": [4, 4, 4, 4], "dense": [8, 8], "heads": {"fly": 2}}
    create_model("deepstarr", **sizes).save(tmp_path / "source")
    shorter = create_model("deepstarr", **sizes, window_bp=200)
    with pytest.raises(
        ConfigError, match=r"its window is 249 bp, and that of this run 200 bp\. Build the data"
    ):
        check_tensors(read_source(tmp_path / "source"), shorter, ["fly"])


def test_take_weights__trunk_and_kept_heads_alone(source):
    found = read_source(source)
    saved = load_model(source).state_dict()
    with torch.random.fork_rng():
        model = create_model(MODEL["name"], **_overrides(found, heads={"human": 7, "worm": 2}))
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    take_weights(found, model, ["human"])
    for key, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[key] if key.startswith("heads.worm") else saved[key]), key
