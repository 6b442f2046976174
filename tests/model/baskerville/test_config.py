import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.model.attention.bigbird import BigBirdConfig
from senformer.model.baskerville.config import BaskervilleConfig


def refused(**values) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(BaskervilleConfig, values, "model")
    return caught.value.line


def test_baskerville_config__published_defaults():
    config = BaskervilleConfig()
    assert (config.channels, config.value_size, config.position_bins) == (1536, 192, 4096)
    assert (config.coarse_bp, config.bin_bp) == (128, 32)
    assert config.kept_channels == [1536, 1280]
    assert config.attention.kind == "dense"


def test_baskerville_config__round_trip():
    config = BaskervilleConfig(attention={"kind": "bigbird", "seed": 4}, n_upsamplings=0, crop_bins=3)
    assert parse(BaskervilleConfig, config.model_dump(mode="json"), "model") == config
    assert config.attention == BigBirdConfig(seed=4)
    assert (config.bin_bp, config.kept_channels) == (128, [])


def test_baskerville_config__null_takes_the_default():
    assert BaskervilleConfig(value_size=None, position_bins=None) == BaskervilleConfig()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_upsamplings": 7}, "n_upsamplings 7 is more than the 6 blocks of tower_channels"),
        ({"stem_width": 8}, "stem_width 8 is even; a centered width is odd"),
        ({"upsampling_width": 2}, "upsampling_width 2 is even"),
        ({"tower_channels": [8, 0]}, "has a block without channels"),
        ({"tower_channels": [4], "n_heads": 8}, "4 channels are too few for 8 heads"),
        ({"window_bp": 524_320}, "window_bp 524320 is no multiple of the 128 bp"),
        ({"crop_bins": 8192}, "crop_bins 8192 at each end leaves nothing of 16384 bins"),
        ({"n_position_features": 7}, "n_position_features 7 is no multiple of 2"),
        ({"positions": "relative"}, "32 is no multiple of 6, the columns that positions 'relative' come in"),
        ({"n_conv_blocks": 3}, "n_conv_blocks"),
    ],
)
def test_baskerville_config__refuses(values, message):
    assert message in refused(**values)
