import pytest
from hypothesis import given
from hypothesis import strategies as st

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.model.attention.bigbird import BigBirdConfig
from senformer.model.config import EnformerConfig


def refused(**values) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(EnformerConfig, values, "model")
    return caught.value.line


def test_enformer_config__published_defaults():
    config = EnformerConfig()
    assert (config.value_size, config.n_position_features, config.position_bins) == (192, 192, 1536)
    assert (config.bin_bp, config.pointwise_dropout) == (128, 0.05)
    assert config.tower_channels == [768, 896, 1024, 1152, 1280, 1536]
    assert config.attention.kind == "dense"


def test_enformer_config__round_trip():
    config = EnformerConfig(channels=64, channel_divisor=8, attention={"kind": "bigbird", "seed": 4})
    assert parse(EnformerConfig, config.model_dump(mode="json"), "model") == config
    assert config.attention == BigBirdConfig(seed=4)


def test_enformer_config__null_takes_the_default():
    assert EnformerConfig(value_size=None, position_bins=None) == EnformerConfig()


def test_enformer_config__attention_object():
    assert EnformerConfig(attention=BigBirdConfig(seed=2)).attention.seed == 2


@given(st.integers(1, 20))
def test_enformer_config__position_features_are_whole_groups(eighths):
    config = EnformerConfig(channels=16 * eighths, channel_divisor=8, n_heads=1)
    assert config.n_position_features % 6 == 0


def test_enformer_config__unknown_key():
    assert refused(chanels=64) == "error[E105]: model: unknown key 'chanels'. Did you mean 'channels'?"


def test_enformer_config__unknown_attention_key():
    line = refused(attention={"kind": "bigbird", "block_bin": 3})
    assert line == "error[E105]: model.attention: unknown key 'block_bin'. Did you mean 'block_bins'?"


def test_enformer_config__unknown_attention():
    assert "no attention is called 'bigbrd'. Did you mean 'bigbird'?" in refused(attention={"kind": "bigbrd"})


def test_enformer_config__unknown_positions():
    assert "no positions is called 'relativ'. Did you mean 'relative'?" in refused(positions="relativ")


def test_enformer_config__channels_too_few_for_the_divisor():
    line = refused(channels=64)
    assert "64 channels in multiples of 128 make a tower of [0, 0, 0, 0, 0, 128]" in line
    assert "set channel_divisor to a divisor of 64, at most half of it" in line


def test_enformer_config__channels_too_few_for_the_heads():
    assert "4 channels are too few for 8 heads" in refused(channels=4, channel_divisor=2)


def test_enformer_config__window_of_no_whole_bins():
    assert "window_bp 1000 is no multiple of the bin of 128 bp" in refused(window_bp=1000)


def test_enformer_config__crop_leaves_nothing():
    assert "crop_bins 5 at each end leaves nothing of 10 bins" in refused(window_bp=1280, crop_bins=5)


def test_enformer_config__basis_too_short():
    line = refused(window_bp=1280, crop_bins=0)
    assert "a basis of 10 position_bins is too short for 192 n_position_features" in line


@pytest.mark.parametrize(
    ("heads", "said"), [({"a.b": 2}, "'a.b' of 2"), ({"type": 2}, "'type'"), ({"a": 0}, "of 0")]
)
def test_enformer_config__head_without_name_or_tracks(heads, said):
    assert said in refused(heads=heads)
