import pytest
from tests.contracts import attention as contract

from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import Attention, AttentionSizes, projection


def test_attention__abstract():
    with pytest.raises(TypeError, match="abstract"):
        Attention(AttentionSizes(4, 2, 3, 2, 6), None, 0)


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_attention__a_kind_is_named_as_its_row(kind):
    layer = contract.make_layer(kind, layer=2)
    assert isinstance(layer, Attention)
    assert (layer.config.kind, layer.layer, layer.n_tokens) == (kind, 2, 0)
    heads = {layer.pattern(700, None, head).pairs.tobytes() for head in range(contract.HEADS)}
    assert (len(heads) > 1) == layer.per_head


def test_projection__has_no_bias():
    layer = projection(5, 3)
    assert (layer.weight.shape, layer.bias) == ((3, 5), None)
