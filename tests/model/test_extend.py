import pytest
import torch
from tests.model.toy import random_codes, small_model

import senformer
from senformer.core.errors import ConfigError, DataError
from senformer.model.attention.relative import set_backend
from senformer.model.extend import extend

OLD, NEW = 8 * 40, 8 * 160


def outputs(model, n_bases=OLD):
    with torch.no_grad():
        return model(random_codes(2, n_bases))


def test_extend__the_old_window_gives_the_same_outputs():
    model = small_model("enformer")
    longer = senformer.extend(model, window_bp=NEW)
    for head, values in outputs(model).items():
        assert torch.equal(outputs(longer)[head], values)
    assert (longer.window_bp, longer.crop_bins, longer.card.window_bp) == (NEW, 3, NEW)
    assert outputs(longer, NEW)["mouse"].shape == (2, 154, 2)


def test_extend__distances_keep_their_meaning():
    model = small_model("enformer")
    longer = extend(model, window_bp=NEW)
    assert longer.config.position_bins == model.config.position_bins == 40
    far = longer.positions(160).whole()
    # Distances -159 to 159; the old window's -39 to 39 are in the middle.
    torch.testing.assert_close(far[120:-120], model.positions(40).whole(), atol=0, rtol=0)
    made_for_it = small_model("enformer", window_bp=NEW).positions(160).whole()
    assert float((far - made_for_it).abs().max()) > 0.5


def test_extend__shares_the_tensors():
    model = small_model("enformer")
    longer = extend(model, window_bp=NEW, attention="bigbird")
    theirs = longer.state_dict()
    assert theirs.keys() == model.state_dict().keys()
    assert all(theirs[name].data_ptr() == value.data_ptr() for name, value in model.state_dict().items())
    assert all(parameter.requires_grad for parameter in longer.parameters())


def test_extend__another_attention():
    dense, codes = small_model("enformer"), random_codes(2, OLD)
    sparse = extend(dense, attention={"kind": "bigbird", "block_bins": 4})
    assert (sparse.name, sparse.config.attention.kind) == ("enformer", "bigbird")
    with torch.no_grad():
        assert not torch.allclose(sparse(codes)["human"], dense(codes)["human"])
        all_blocks = extend(sparse, attention={"window_blocks": 21})
        assert all_blocks.config.attention.block_bins == 4
        torch.testing.assert_close(all_blocks(codes)["human"], dense(codes)["human"], atol=2e-6, rtol=1e-5)


def test_extend__keeps_settings_of_its_own_kind():
    model = small_model(attention={"block_bins": 4, "seed": 5})
    assert extend(model, attention="bigbird", window_bp=NEW).config.attention == model.config.attention


def test_extend__crop_and_card():
    model = small_model("enformer")
    model.card.licence, model.card.golden = "CC0-1.0", {"human": [0.5]}
    longer = extend(model, window_bp=NEW, crop_bins=20)
    assert (longer.crop_bins, longer.card.crop_bins, longer.card.licence) == (20, 20, "CC0-1.0")
    assert model.card.window_bp == OLD
    assert longer.card.golden == {}


def test_extend__saved_and_loaded(tmp_path):
    longer = extend(small_model("enformer"), window_bp=NEW, attention={"kind": "bigbird", "block_bins": 4})
    longer.save(tmp_path / "m")
    loaded = senformer.load_model(tmp_path / "m", verify=True)
    assert torch.equal(outputs(loaded, NEW)["human"], outputs(longer, NEW)["human"])


def test_extend__keeps_its_modes():
    model = small_model("enformer").train()
    model.stem.eval()
    longer = extend(model, window_bp=NEW)
    assert longer.training
    assert longer.tower[0].norm.training
    assert not any(module.training for module in longer.stem.modules())
    assert not extend(small_model("enformer")).training


def test_extend__keeps_what_is_frozen():
    model = small_model("enformer")
    model.stem.requires_grad_(False)
    longer = extend(model, attention="bigbird")
    frozen = {name for name, parameter in longer.named_parameters() if not parameter.requires_grad}
    assert frozen == {name for name, _ in longer.named_parameters() if name.startswith("stem.")}


def test_extend__keeps_recompute_and_backends():
    model = small_model()
    model.recompute = "always"
    set_backend(model, "tiles")
    longer = extend(model, window_bp=NEW)
    assert longer.recompute == "always"
    assert [block.attention.backend for block in longer.transformer] == ["tiles"] * 2


def test_extend__a_model_outside_the_table():
    model = small_model()
    model.name = "mine"
    with pytest.raises(ConfigError, match="no model is called 'mine'"):
        extend(model, window_bp=NEW)


def test_extend__tensors_of_another_shape_say_what_to_do():
    model = small_model(attention={"block_bins": 4, "learned_tokens": 3})
    with pytest.raises(DataError) as caught:
        extend(model, attention={"learned_tokens": 2})
    assert caught.value.line == (
        "error[E505]: model senformer: tensor 'transformer.tokens' has shape (3, 32), the configured model "
        "needs (2, 32). Choose settings of the same tensors, or train the model anew."
    )
    with pytest.raises(ConfigError, match=r"has other tensors than these weights \('transformer.tokens'\)\."):
        extend(model, attention="dense")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"window_bp": 8 * 40 + 1}, "window_bp 321 is no multiple of the bin of 8 bp"),
        ({"window_bp": 8 * 6}, "crop_bins 3 at each end leaves nothing of 6 bins"),
        ({"attention": "bigbrid"}, "no attention is called 'bigbrid'. Did you mean 'bigbird'?"),
        ({"attention": {"kind": "bigbird", "blocks": 3}}, "unknown key 'blocks'"),
        ({"attention": "linear"}, r"attention 'linear': has other tensors than these weights \('"),
    ],
)
def test_extend__refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        extend(small_model("enformer"), **changes)


def test_extend__a_model_without_a_transformer():
    with torch.device("meta"):
        model = senformer.create_model("deepstarr")
    message = "error[E574]: extend: needs a model with a transformer, deepstarr has none."
    with pytest.raises(ConfigError) as caught:
        extend(model, window_bp=500)
    assert caught.value.line.startswith(message)
