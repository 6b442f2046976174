import pytest
from pydantic import TypeAdapter, ValidationError

from senformer.core.errors import ConfigError
from senformer.model.attention.bigbird import BigBirdConfig
from senformer.model.fields import Attention, Heads, Positions, dense_attention


def test_attention__of_its_kind():
    adapter = TypeAdapter(Attention)
    assert adapter.validate_python({"kind": "bigbird", "seed": 4}) == BigBirdConfig(seed=4)
    assert adapter.validate_python({}) == dense_attention()
    assert adapter.validate_python("bigbird") == BigBirdConfig()
    assert adapter.dump_python(BigBirdConfig(seed=4))["seed"] == 4


def test_attention__unknown_kind():
    with pytest.raises(ConfigError, match=r"no attention is called 'bigbrid'. Did you mean 'bigbird'\?"):
        TypeAdapter(Attention).validate_python({"kind": "bigbrid"})


def test_positions__unknown():
    with pytest.raises(ConfigError, match=r"no positions is called 'relativ'. Did you mean 'relative'\?"):
        TypeAdapter(Positions).validate_python("relativ")


@pytest.mark.parametrize("heads", [{"human": 0}, {"a b": 2}, {"keys": 2}])
def test_heads__names_and_tracks(heads):
    with pytest.raises(ValidationError, match="a name has letters, digits, _ and -"):
        TypeAdapter(Heads).validate_python(heads)
