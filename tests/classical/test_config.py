import pytest

from senformer.classical.config import FitConfig
from senformer.core.config import parse
from senformer.core.errors import ConfigError


@pytest.mark.parametrize(("key", "value"), [("c", 0), ("epsilon", -1), ("steps", 3)])
def test_fit_config__refuses(key, value):
    with pytest.raises(ConfigError, match=key):
        parse(FitConfig, {key: value}, "train")
