import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.model.window_config import WindowConfig


@pytest.mark.parametrize(("crop_bins", "bin_bp"), [(0, 1000), (2, 200)])
def test_window_config__the_bin_in_the_middle(crop_bins, bin_bp):
    config = parse(WindowConfig, {"window_bp": 1000, "crop_bins": crop_bins, "heads": {"a": 1}}, "model")
    assert config.bin_bp == bin_bp


def test_window_config__no_whole_bins():
    values = {"window_bp": 1000, "crop_bins": 1, "heads": {"a": 1}}
    with pytest.raises(ConfigError, match="1000 is no multiple of the 3 bins that crop_bins 1"):
        parse(WindowConfig, values, "model")
