import pytest

from senformer.core.config import parse
from senformer.core.errors import ConfigError
from senformer.simulate.config import SimulateConfig, check_config
from senformer.simulate.far.config import FarConfig


def test_far_config__reach_upside_down():
    with pytest.raises(ConfigError, match="max_bp is 30,000, less than twice min_bp"):
        parse(SimulateConfig, {"far": {"max_bp": 30_000}}, "simulate")


def test_far_config__unknown_key():
    with pytest.raises(ConfigError, match=r"unknown key 'far.reach_bp'"):
        parse(SimulateConfig, {"far": {"reach_bp": 30_000}}, "simulate")


def test_check_config__chromosomes_too_short_for_the_reach():
    text = (
        r"far.max_bp is 600,000 and the shortest chromosome has 393,939 bp. "
        r"Use chromosomes of 1,260,000 bp or more"
    )
    with pytest.raises(ConfigError, match=text) as caught:
        check_config(SimulateConfig(far=FarConfig()))
    assert caught.value.code == "E356"


def test_check_config__long_chromosomes_pass():
    check_config(SimulateConfig(genome_bp=16_000_000, far=FarConfig()))
