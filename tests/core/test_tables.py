import pytest

from senformer.core.errors import ConfigError
from senformer.core.tables import choose


def test_choose__name_or_object():
    assert choose({"a": 1, "b": 2}, "b", "metric") == 2
    assert choose({"a": 1}, 7, "metric") == 7


def test_choose__unknown_name_suggests_the_nearest():
    with pytest.raises(ConfigError, match=r"no metric is called 'pearson'. Did you mean 'pearson_r'\?"):
        choose({"pearson_r": 1, "x": 2}, "pearson", "metric")
