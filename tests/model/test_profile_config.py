import pytest

from senformer.core.errors import ConfigError
from senformer.model import create_model


def test_profile_config__crop_of_the_whole_window():
    with pytest.raises(ConfigError, match="crop_bins 500 at each end leaves nothing of 1000 bp"):
        create_model("bpnet", crop_bins=500)
