import pytest

from senformer.core.errors import ConfigError
from senformer.model import create_model


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"widths": [3]}, "6 channels, 1 widths, 6 pools: one each a layer"),
        ({"window_bp": 1000}, "window_bp 1000 is no multiple of the 128 bp of a bin"),
        ({"window_bp": 8192}, "crop_bins 32 at each end leaves nothing of 64 bins"),
    ],
)
def test_track_config__sizes_that_do_not_fit(wrong, found):
    with pytest.raises(ConfigError, match=found):
        create_model("basenji", **wrong)
