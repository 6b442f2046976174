import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.model.adapters.config import AdaptersConfig


def test_config__of_neither_kind_is_refused():
    with pytest.raises(ConfigError, match="neither attention nor convolution is given"):
        parse(AdaptersConfig, {}, "a.yaml")


def test_config__faults_name_their_field():
    with pytest.raises(ConfigError, match=r"key 'attention\.targets\.0' is 'querry'.* Did you mean 'query'"):
        parse(AdaptersConfig, {"attention": {"targets": ["querry"]}}, "a.yaml")
    with pytest.raises(ConfigError, match=r"'convolution\.rank' is 0"):
        parse(AdaptersConfig, {"convolution": {"rank": 0}}, "a.yaml")


def test_config__defaults():
    found = parse(AdaptersConfig, {"attention": {}, "convolution": {}}, "a.yaml")
    assert found.attention is not None
    assert found.convolution is not None
    assert (found.attention.rank, found.attention.targets) == (8, ["query", "value"])
    assert (found.convolution.rank, found.convolution.targets) == (4, ["tower"])


def test_config__a_projection_named_twice_is_refused():
    with pytest.raises(ConfigError, match="name each projection once"):
        parse(AdaptersConfig, {"attention": {"targets": ["query", "query"]}}, "a.yaml")
